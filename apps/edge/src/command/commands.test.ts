/** What a client may send and what it is answered, over a real edge. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settled, startEdges, textsOf, type EdgesUnderTest } from '../test/edges-under-test.ts';

let edges: EdgesUnderTest;
beforeAll(async () => {
  // The limits have tests of their own.
  const unlimited = { MESSAGES_MAX_PER_SECOND: '0', TYPING_INTERVAL_MS: '0' };
  edges = await startEdges({
    env: { CLOSED_CHATS: 'refuse', ROOM_GRACE_MS: '100', ...unlimited },
  });
});
afterAll(() => edges.stop());

const chats = (function* () {
  for (let number = 1; ; number += 1) yield `commands-${number}`;
})();
const newChat = (): string => chats.next().value;

const room = async () => {
  const chatId = newChat();
  const ann = await edges.client('ann', chatId, { claims: { name: 'Ann' } });
  const tab = await edges.client('ann', chatId);
  const bob = await edges.client('bob', chatId);
  const op = await edges.operator('op', chatId);
  const sockets = [ann, tab, bob, op];
  return {
    chatId,
    ann,
    tab,
    bob,
    op,
    close: () => Promise.all(sockets.map((socket) => socket.close())),
  };
};

describe('sendMessage', () => {
  it('is answered by its own event, and everyone else gets it without request_id', async () => {
    const { chatId, ann, tab, bob, op, close } = await room();
    ann.sendFrame(
      'sendMessage',
      { text: 'hello', client_message_id: 'c1', meta: [], reply_to: 7 },
      'r1',
    );
    const own = await ann.next('messageAdded');
    expect(own).toMatchObject({
      request_id: 'r1',
      chat_id: chatId,
      data: {
        message: {
          chat_id: chatId,
          type: 'standard',
          text: 'hello',
          client_message_id: 'c1',
          meta: {},
          reply_to: { id: '7' },
          user: { id: 'ann', role: 'client', name: 'Ann' },
        },
      },
    });
    expect(own.data.message.id).toMatch(
      /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/u,
    );
    const { request_id: _own, ...plain } = own;
    for (const other of [tab, bob, op]) expect(await other.next('messageAdded')).toEqual(plain);
    await Promise.all([ann, tab, bob, op].map(settled));
    for (const socket of [ann, tab, bob, op]) expect(socket.all('messageAdded')).toHaveLength(1);
    await close();
  });

  it('without an id gets the plain event as its answer', async () => {
    const { ann, bob, close } = await room();
    ann.sendFrame('sendMessage', { text: 'x' });
    const own = await ann.next('messageAdded');
    expect(own).not.toHaveProperty('request_id');
    expect(await bob.next('messageAdded')).toEqual(own);
    await close();
  });

  it('repeated is answered alone, as a duplicate without position', async () => {
    const { ann, bob, close } = await room();
    ann.sendFrame('sendMessage', { text: 'once', client_message_id: 'same' }, '1');
    const first = await ann.next('messageAdded');
    ann.sendFrame('sendMessage', { text: 'twice', client_message_id: 'same' }, '2');
    const second = await ann.next('messageAdded');
    const { position: _none, ...repeated } = first;
    expect(second).toEqual({ ...repeated, request_id: '2', duplicate: true });
    await settled(bob);
    expect(bob.all('messageAdded')).toHaveLength(1);
    await close();
  });

  it('with the id of another user is a message of its own', async () => {
    const { ann, bob, close } = await room();
    ann.sendFrame('sendMessage', { text: 'a', client_message_id: 'same' });
    bob.sendFrame('sendMessage', { text: 'b', client_message_id: 'same' });
    for (const socket of [ann, bob]) await socket.next((frame) => frame.data.message?.text === 'b');
    await Promise.all([ann, bob].map(settled));
    expect(textsOf(ann).toSorted()).toEqual(['a', 'b']);
    expect(textsOf(bob)).toEqual(textsOf(ann));
    await close();
  });

  it('keeps the order of a burst, for its sender and for others', async () => {
    const { ann, bob, op, close } = await room();
    const texts = Array.from({ length: 60 }, (_, index) => `burst ${index}`);
    for (const text of texts) ann.sendFrame('sendMessage', { text }, text);
    await bob.next((frame) => frame.data.message?.text === texts.at(-1), 10_000);
    await Promise.all([ann, bob, op].map(settled));
    for (const socket of [ann, bob, op]) expect(textsOf(socket)).toEqual(texts);
    expect(ann.all('messageAdded').map((frame) => frame.request_id)).toEqual(texts);
    await close();
  });

  it('beyond what may wait is refused with too_many_pending, and its answers keep the order', async () => {
    const { ann, close } = await room();
    const ids = Array.from({ length: 100 }, (_, index) => `${index}`);
    for (const id of ids)
      ann.sendFrame('sendMessage', { text: id, client_message_id: `flood-${id}` }, id);
    await ann.next((frame) => frame.request_id === '99', 10_000);
    const answers = ann.frames.filter((frame) => frame.request_id !== undefined);
    expect(answers.map((frame) => frame.request_id)).toEqual(ids);
    const refused = answers.filter((frame) => frame.event === 'messageNotAdded');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({
      data: { code: 'too_many_pending', retryable: true, retry_after_ms: 1_000 },
    });
    await close();
  });

  it('reaches the sockets of a note only when they are operators', async () => {
    const { ann, tab, bob, op, close } = await room();
    op.sendFrame('sendMessage', { type: 'note', text: 'secret' }, 'n');
    expect(await op.next('messageAdded')).toMatchObject({
      request_id: 'n',
      data: { message: { type: 'note' } },
    });
    await Promise.all([ann, tab, bob].map(settled));
    for (const socket of [ann, tab, bob]) expect(socket.all('messageAdded')).toEqual([]);
    await close();
  });

  it.each([
    [{ text: 'x', type: 'note' }, 'type_not_allowed', 'type'],
    [{ text: 'x', type: 'system' }, 'type_not_allowed', 'type'],
    [{ text: 'x', type: 'nonsense' }, 'validation_failed', 'type'],
    [{}, 'validation_failed', 'text'],
    [{ text: '' }, 'validation_failed', 'text'],
    [{ text: 5 }, 'validation_failed', 'text'],
    [{ text: 'é'.repeat(8_193) }, 'message_too_long', 'text'],
    [
      { attachments: [{ type: 'image', url: 'javascript:alert(1)' }] },
      'validation_failed',
      'attachments.0.url',
    ],
    [{ text: 'x', meta: { long: 'x'.repeat(4_096) } }, 'validation_failed', 'meta'],
  ])('by a client with %o is refused as %s', async (data, code, field) => {
    const { chatId, ann, close } = await room();
    ann.sendFrame('sendMessage', { ...data, client_message_id: 'mine' }, 'r');
    expect(await ann.next('messageNotAdded')).toMatchObject({
      request_id: 'r',
      data: { client_message_id: 'mine', chat_id: chatId, code, field, retryable: false },
    });
    await close();
  });

  it('takes text and attachments at their limits', async () => {
    const { ann, close } = await room();
    const attachments = Array.from({ length: 15 }, () => ({
      type: 'image',
      url: 'https://files.example/a.png',
    }));
    ann.sendFrame('sendMessage', { text: 'é'.repeat(8_192), attachments }, 'r');
    expect(await ann.next('messageAdded')).toMatchObject({ request_id: 'r' });
    ann.sendFrame('sendMessage', { attachments: [...attachments, attachments[0]] }, 'r2');
    expect(await ann.next('messageNotAdded')).toMatchObject({ data: { client_message_id: null } });
    await close();
  });

  it('to a closed chat is refused for clients only, where that is set', async () => {
    const { chatId, ann, op, close } = await room();
    await edges.post({ chat_id: chatId }, { id: chatId, status: 'closed' });
    await ann.next('messageAdded');
    ann.sendFrame('sendMessage', { text: 'still there?' }, 'r');
    expect(await ann.next('messageNotAdded')).toMatchObject({
      data: { code: 'chat_closed', retryable: false },
    });
    op.sendFrame('sendMessage', { text: 'goodbye' }, 'r');
    expect(await op.next((frame) => frame.request_id === 'r')).toMatchObject({
      event: 'messageAdded',
    });
    await close();
  });
});

describe('receipts', () => {
  const withMessage = async () => {
    const sockets = await room();
    sockets.op.sendFrame('sendMessage', { text: 'read me' }, 'm');
    const { data } = await sockets.op.next('messageAdded');
    await Promise.all(
      [sockets.ann, sockets.tab, sockets.bob].map((socket) => socket.next('messageAdded')),
    );
    return { ...sockets, messageId: data.message.id as string };
  };

  it('are answered by their event and told to the room', async () => {
    const { ann, tab, op, messageId, close } = await withMessage();
    ann.sendFrame('markMessageRead', { message_id: messageId }, 'r');
    const own = await ann.next('messageUpdated');
    expect(own).toMatchObject({
      request_id: 'r',
      data: {
        message: { id: messageId, status: 'read' },
        changed: ['status', 'read_at'],
        by: { id: 'ann' },
      },
    });
    expect(own).toHaveProperty('position');
    const { request_id: _own, ...plain } = own;
    for (const other of [tab, op]) expect(await other.next('messageUpdated')).toEqual(plain);
    await close();
  });

  it('that change nothing are answered to their sender alone', async () => {
    const { ann, op, messageId, close } = await withMessage();
    ann.sendFrame('markMessageRead', { message_id: messageId }, '1');
    await ann.next('messageUpdated');
    await op.next('messageUpdated');
    ann.sendFrame('markMessageDelivered', { message_id: messageId }, '2');
    const answer = await ann.next('messageUpdated');
    expect(answer).toMatchObject({
      request_id: '2',
      data: { message: { id: messageId }, changed: [] },
    });
    expect(answer).not.toHaveProperty('position');
    await settled(op);
    expect(op.all('messageUpdated')).toHaveLength(1);
    await close();
  });

  it('of one second are merged, and every one of them is answered in order', async () => {
    const { ann, op, messageId, close } = await withMessage();
    for (const id of ['1', '2', '3', '4'])
      ann.sendFrame('markMessageDelivered', { message_id: messageId }, id);
    ann.sendFrame('markMessageRead', { message_id: messageId }, '5');
    await ann.next((frame) => frame.request_id === '5');
    const answers = ann.all('messageUpdated');
    expect(answers.map((frame) => frame.request_id)).toEqual(['1', '2', '3', '4', '5']);
    expect(answers.map((frame) => frame.data.changed.length > 0)).toEqual([
      true,
      false,
      false,
      false,
      true,
    ]);
    await settled(op);
    expect(op.all('messageUpdated').map((frame) => frame.data.message.status)).toEqual([
      'delivered',
      'read',
    ]);
    await close();
  });

  it('of a page that is closed within the second are not lost', async () => {
    const { ann, op, messageId, close } = await withMessage();
    ann.sendFrame('markMessageDelivered', { message_id: messageId }, '1');
    await ann.next((frame) => frame.request_id === '1');
    ann.sendFrame('markMessageRead', { message_id: messageId }, '2');
    await ann.close();
    const read = await op.next(
      ({ event, data }) => event === 'messageUpdated' && data.message.status === 'read',
    );
    expect(read.data).toMatchObject({ message: { id: messageId }, by: { id: 'ann' } });
    await close();
  });

  it('do not hold up a message that is sent after them', async () => {
    const { ann, messageId, close } = await withMessage();
    ann.sendFrame('markMessageDelivered', { message_id: messageId }, '1');
    ann.sendFrame('markMessageRead', { message_id: messageId }, '2');
    const begun = performance.now();
    ann.sendFrame('sendMessage', { text: 'answer' }, '3');
    await ann.next((frame) => frame.request_id === '3');
    expect(performance.now() - begun).toBeLessThan(900);
    const order = ann.frames.map((frame) => frame.request_id).filter((id) => id !== undefined);
    expect(order).toEqual(['1', '2', '3']);
    await close();
  });

  it('of a message that the reader cannot see or that is unknown are refused', async () => {
    const { chatId, ann, op, close } = await room();
    await edges.post({ id: 'the-note', chat_id: chatId, type: 'note' });
    await op.next('messageAdded');
    ann.sendFrame('markMessageRead', { message_id: 'the-note' }, '1');
    expect(await ann.next('error')).toMatchObject({
      request_id: '1',
      data: { code: 'message_unknown' },
    });
    ann.sendFrame('markMessageRead', { message_id: 'never-seen', up_to: true }, '2');
    expect(await ann.next('error')).toMatchObject({
      request_id: '2',
      data: { code: 'message_unknown' },
    });
    await settled(op);
    expect(op.all('messageUpdated')).toEqual([]);
    await close();
  });

  it('of an operator for a note are told to operators only', async () => {
    const { chatId, ann, op, close } = await room();
    await edges.post({ id: 'note-2', chat_id: chatId, type: 'note' });
    await op.next('messageAdded');
    op.sendFrame('markMessageRead', { message_id: 'note-2' }, 'r');
    expect(await op.next('messageUpdated')).toMatchObject({
      request_id: 'r',
      data: { message: { type: 'note' } },
    });
    await settled(ann);
    expect(ann.all('messageUpdated')).toEqual([]);
    await close();
  });
});

describe('updateTyping', () => {
  it('is told to all but the tabs of the one who types, previews to operators only', async () => {
    const { chatId, ann, tab, bob, op, close } = await room();
    ann.sendFrame('updateTyping', { is_typing: true, preview: 'I have a pro' }, 't');
    const told = { chat_id: chatId, user: { id: 'ann' }, is_typing: true, expires_in_ms: 6_000 };
    const toBob = await bob.next('typingUpdated');
    expect(toBob).toMatchObject({ data: told });
    expect(toBob.data).not.toHaveProperty('preview');
    expect(await op.next('typingUpdated')).toMatchObject({
      data: { ...told, preview: 'I have a pro' },
    });
    await Promise.all([ann, tab].map(settled));
    for (const own of [ann, tab]) expect(own.all('typingUpdated')).toEqual([]);
    expect(ann.all((frame) => frame.request_id === 't')).toEqual([]);
    await close();
  });

  it('ends by false, by a message, and by the end of the socket', async () => {
    const { ann, tab, bob, close } = await room();
    const next = () => bob.next('typingUpdated').then(({ data }) => data.is_typing as boolean);
    ann.sendFrame('updateTyping', { is_typing: true });
    expect(await next()).toBe(true);
    ann.sendFrame('updateTyping', { is_typing: false });
    expect(await next()).toBe(false);
    ann.sendFrame('updateTyping', { is_typing: true });
    expect(await next()).toBe(true);
    ann.sendFrame('sendMessage', { text: 'done' });
    expect(await next()).toBe(false);
    tab.sendFrame('updateTyping', { is_typing: true });
    expect(await next()).toBe(true);
    tab.terminate();
    expect(await next()).toBe(false);
    await close();
  });

  it('ends by itself after six seconds', async () => {
    const { ann, bob, close } = await room();
    ann.sendFrame('updateTyping', { is_typing: true });
    await bob.next('typingUpdated');
    const begun = performance.now();
    expect(await bob.next('typingUpdated', 8_000)).toMatchObject({
      data: { is_typing: false, expires_in_ms: 0 },
    });
    expect(performance.now() - begun).toBeGreaterThan(5_500);
    await close();
  });

  it('in private is told to operators only, and ends for clients who were told before', async () => {
    const { ann, op, close, chatId } = await room();
    const colleague = await edges.operator('colleague', chatId);
    op.sendFrame('updateTyping', { is_typing: true, is_private: true });
    expect(await colleague.next('typingUpdated')).toMatchObject({ data: { is_private: true } });
    op.sendFrame('updateTyping', { is_typing: true });
    expect(await ann.next('typingUpdated')).toMatchObject({ data: { is_typing: true } });
    op.sendFrame('updateTyping', { is_typing: true, is_private: true });
    expect(await ann.next('typingUpdated')).toMatchObject({ data: { is_typing: false } });
    await settled(ann);
    expect(ann.all('typingUpdated')).toHaveLength(2);
    await colleague.close();
    await close();
  });
});

describe('ping and refreshToken', () => {
  it('are answered on both sockets', async () => {
    const desk = await edges.desk('op');
    const chat = await edges.client('ann', newChat());
    for (const socket of [desk, chat]) {
      socket.sendFrame('ping', {}, 'p');
      expect(await socket.next('pong')).toMatchObject({ request_id: 'p', data: {} });
    }
    const token = await edges.token({ sub: 'op', role: 'operator' }, 7_200);
    desk.sendFrame('refreshToken', { token }, 't');
    const { data } = await desk.next('tokenRefreshed');
    expect(data.expires_in_ms).toBeGreaterThan(7_100_000);
    await Promise.all([desk.close(), chat.close()]);
  });

  it('keep a socket open beyond the end of its first token', async () => {
    const chatId = newChat();
    const socket = await edges.client('ann', chatId, { expiresInS: 2 });
    expect(await socket.next('tokenExpiring')).toMatchObject({
      data: { expires_in_ms: expect.any(Number) },
    });
    const token = await edges.token({ sub: 'ann', role: 'client', chat_id: chatId }, 60);
    socket.sendFrame('refreshToken', { token }, 't');
    await socket.next('tokenRefreshed');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await settled(socket);
    await socket.close();
  });

  it('a token that ends closes its socket with 4004', async () => {
    const socket = await edges.client('ann', newChat(), { expiresInS: 2 });
    expect(await socket.closed).toMatchObject({ code: 4004, reason: 'token_expired' });
  });

  it.each([
    ['another user', { sub: 'eve' }],
    ['another chat', { chat_id: 'elsewhere' }],
    ['another role', { role: 'operator' as const }],
  ])('a token of %s is refused', async (_name, claims) => {
    const chatId = newChat();
    const socket = await edges.client('ann', chatId);
    const token = await edges.token({ sub: 'ann', role: 'client', chat_id: chatId, ...claims });
    socket.sendFrame('refreshToken', { token }, 't');
    expect(await socket.next('error')).toMatchObject({
      request_id: 't',
      data: { code: 'token_invalid' },
    });
    await socket.close();
  });
});

describe('nonsense', () => {
  it.each([
    ['not json', 'malformed', undefined],
    ['[]', 'malformed', undefined],
    ['{"data":{}}', 'malformed', 'event'],
    ['{"event":"nope","data":{},"id":"i"}', 'unknown_event', 'event'],
    ['{"event":"__proto__","data":{}}', 'unknown_event', 'event'],
    ['{"event":"ping","data":[]}', 'validation_failed', 'data'],
    ['{"event":"ping"}', 'validation_failed', 'data'],
    ['{"event":"ping","data":{},"id":5}', 'validation_failed', 'id'],
    ['{"event":"updateTyping","data":{"is_typing":"yes"}}', 'validation_failed', 'is_typing'],
  ])('%s is answered by %s and the socket stays', async (text, code, field) => {
    const socket = await edges.client('ann', newChat());
    socket.sendRaw(text);
    const answer = await socket.next('error');
    expect(answer).toMatchObject({ data: { code, ...(field && { field }) } });
    expect(answer.request_id).toBe(text.includes('"i"') ? 'i' : undefined);
    await settled(socket);
    await socket.close();
  });

  it('in binary is malformed', async () => {
    const socket = await edges.client('ann', newChat());
    socket.sendRaw(Buffer.from('{"event":"ping","data":{}}'));
    expect(await socket.next('error')).toMatchObject({ data: { code: 'malformed' } });
    await socket.close();
  });

  it('on /broadcast: everything but ping and refreshToken is forbidden', async () => {
    const desk = await edges.desk('op');
    desk.sendFrame('updateTyping', { is_typing: true }, 't');
    expect(await desk.next('error')).toMatchObject({
      request_id: 't',
      data: { code: 'forbidden' },
    });
    desk.sendFrame('sendMessage', { text: 'x' }, 's');
    expect(await desk.next('error')).toMatchObject({
      request_id: 's',
      data: { code: 'forbidden' },
    });
    await desk.close();
  });

  const padded = (bytes: number) => {
    const empty = JSON.stringify({ event: 'ping', data: { pad: '' } });
    return JSON.stringify({ event: 'ping', data: { pad: 'x'.repeat(bytes - empty.length) } });
  };

  it('is told from size: 64 KiB pass, up to 128 KiB are answered, more cut the connection', async () => {
    const socket = await edges.client('ann', newChat());
    socket.sendRaw(padded(65_536));
    await socket.next('pong');
    socket.sendRaw(padded(65_537));
    expect(await socket.next('error')).toMatchObject({ data: { code: 'frame_too_large' } });
    socket.sendRaw(padded(131_072));
    expect(await socket.next('error')).toMatchObject({ data: { code: 'frame_too_large' } });
    socket.sendRaw(padded(131_073));
    expect(await socket.closed).toMatchObject({ code: 1006 });
  });

  it('ten times in a row closes the socket, nine times does not', async () => {
    const socket = await edges.client('ann', newChat());
    for (let count = 0; count < 9; count += 1) socket.sendRaw('x');
    await settled(socket);
    for (let count = 0; count < 9; count += 1) socket.sendRaw('x');
    await settled(socket);
    for (let count = 0; count < 10; count += 1) socket.sendRaw('x');
    expect(await socket.closed).toMatchObject({ code: 4502, reason: 'protocol_error' });
    expect(socket.all('error')).toHaveLength(28);
  });
});
