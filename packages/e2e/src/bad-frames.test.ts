/** Bad input of every kind over a socket: its documented answer, and nobody else notices. */
import { describe, expect, test } from 'vitest';
import type { Player } from './cast.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage();
const { backend, cast } = stage;

const kib64 = 65_536;

/** The bad one and somebody who must not notice, on both edges. */
const openRoom = async () => {
  const chatId = stage.name('chat');
  const bystander = await cast.operator(chatId, { edge: 1 });
  const neighbour = await cast.operator(chatId, { edge: 0 });
  const bad = await cast.visitor(chatId, { edge: 0 });
  const unnoticed = async () => {
    const { event_id } = await backend.say(chatId);
    for (const { next, all } of [bystander, neighbour]) {
      await next((frame) => frame.event_id === event_id);
      expect(
        all(({ event }) => !['connected', 'userConnected', 'messageAdded'].includes(event)),
      ).toEqual([]);
      expect(all('messageAdded').map((frame) => frame.event_id)).toEqual([event_id]);
    }
  };
  return { chatId, bad, unnoticed };
};

const stillAnswers = async (player: Player) => {
  player.sendFrame('ping', {}, 'alive');
  await player.next(({ event, request_id }) => event === 'pong' && request_id === 'alive');
};

const nested = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

/** A frame of exactly so many bytes, which is a `ping` with more than it needs. */
const pingOf = (bytes: number): string => {
  const around = '{"event":"ping","data":{"pad":""},"id":"big"}';
  return around.replace('"pad":""', `"pad":"${'x'.repeat(bytes - around.length)}"`);
};

describe('a frame that is no frame is answered by error, and the socket stays open', () => {
  test.each([
    ['broken JSON', '{"event":', 'malformed'],
    ['nothing', '', 'malformed'],
    ['null', 'null', 'malformed'],
    ['a number', '42', 'malformed'],
    ['a string', '"ping"', 'malformed'],
    ['an array', '[{"event":"ping","data":{}}]', 'malformed'],
    ['two objects', '{"event":"ping","data":{}}{"event":"ping","data":{}}', 'malformed'],
    ['no event', '{"data":{}}', 'malformed'],
    ['an event that is no string', '{"event":1,"data":{}}', 'malformed'],
    ['a raw NUL', '{"event":"ping","data":{"x":"\u0000"}}', 'malformed'],
    ['a binary frame', Buffer.from('{"event":"ping","data":{}}'), 'malformed'],
    ['an unknown event', '{"event":"sendmessage","data":{}}', 'unknown_event'],
    ['an event of the server', '{"event":"messageAdded","data":{}}', 'unknown_event'],
    ['an event of every object', '{"event":"constructor","data":{}}', 'unknown_event'],
    ['a prototype as event', '{"event":"__proto__","data":{}}', 'unknown_event'],
    ['typing without is_typing', '{"event":"updateTyping","data":{}}', 'validation_failed'],
    [
      'typing of a wrong type',
      '{"event":"updateTyping","data":{"is_typing":"yes"}}',
      'validation_failed',
    ],
    [
      'a preview over 1 KiB',
      `{"event":"updateTyping","data":{"is_typing":true,"preview":"${'ü'.repeat(513)}"}}`,
      'validation_failed',
    ],
    ['a receipt for nothing', '{"event":"markMessageRead","data":{}}', 'validation_failed'],
    [
      'a receipt for null',
      '{"event":"markMessageRead","data":{"message_id":null}}',
      'validation_failed',
    ],
    [
      'a receipt for a huge id',
      `{"event":"markMessageRead","data":{"message_id":"${'x'.repeat(129)}"}}`,
      'validation_failed',
    ],
    ['deep nesting', `{"event":"updateTyping","data":{"is_typing":${nested(5_000)}}}`, 'malformed'],
    [
      'a token that is none',
      '{"event":"refreshToken","data":{"token":"rubbish"}}',
      'token_invalid',
    ],
  ])('%s', async (_what, bytes, code) => {
    const { bad, unnoticed } = await openRoom();
    bad.sendRaw(bytes);
    const { data } = await bad.next('error');
    expect(data).toMatchObject({ code, message: expect.any(String) });
    await stillAnswers(bad);
    await unnoticed();
  });

  test.each([
    ['data is missing', '{"event":"ping","id":"r"}'],
    ['data is an array', '{"event":"ping","data":[],"id":"r"}'],
    ['data is null', '{"event":"ping","data":null,"id":"r"}'],
  ])('%s, with the id of the frame', async (_what, bytes) => {
    const { bad } = await openRoom();
    bad.sendRaw(bytes);
    const { data, request_id } = await bad.next('error');
    expect(data.code).toMatch(/^(malformed|validation_failed)$/);
    expect(request_id).toBe('r');
    await stillAnswers(bad);
  });
});

describe('a sendMessage that is refused is answered by messageNotAdded', () => {
  test.each([
    ['says nothing', { client_message_id: 'c' }, 'validation_failed', 'text'],
    ['has an empty text', { client_message_id: 'c', text: '' }, 'validation_failed', 'text'],
    [
      'has a text of a wrong type',
      { client_message_id: 'c', text: 5 },
      'validation_failed',
      'text',
    ],
    [
      'is too long',
      { client_message_id: 'c', text: 'ü'.repeat(8_193) },
      'message_too_long',
      'text',
    ],
    [
      'has 16 attachments',
      {
        client_message_id: 'c',
        attachments: Array.from({ length: 16 }, () => ({
          type: 'file',
          url: 'https://x.example/f',
        })),
      },
      'validation_failed',
      'attachments',
    ],
    [
      'has an attachment of a script',
      { client_message_id: 'c', attachments: [{ type: 'file', url: 'javascript:alert(1)' }] },
      'validation_failed',
      'attachments.0.url',
    ],
    [
      'has too much meta',
      { client_message_id: 'c', text: 'x', meta: { x: 'x'.repeat(4_096) } },
      'validation_failed',
      'meta',
    ],
    [
      'has meta of a wrong type',
      { client_message_id: 'c', text: 'x', meta: 'x' },
      'validation_failed',
      'meta',
    ],
    [
      'is of an unknown type',
      { client_message_id: 'c', text: 'x', type: 'secret' },
      'validation_failed',
      'type',
    ],
    [
      'is of a type for backends',
      { client_message_id: 'c', text: 'x', type: 'bot' },
      'type_not_allowed',
      'type',
    ],
  ])('when it %s', async (_what, data, code, field) => {
    const { bad, chatId, unnoticed } = await openRoom();
    bad.sendFrame('sendMessage', data, 'r');
    const refused = await bad.next('messageNotAdded');
    expect(refused).toMatchObject({
      request_id: 'r',
      data: { client_message_id: 'c', chat_id: chatId, code, field, retryable: false },
    });
    await unnoticed();
  });

  test.each([
    ['its client_message_id is too long', { client_message_id: 'c'.repeat(65), text: 'x' }],
    ['its client_message_id is empty', { client_message_id: '', text: 'x' }],
    ['its client_message_id is no string', { client_message_id: 5, text: 'x' }],
    ['it has none', { text: '' }],
  ])('with client_message_id null when %s', async (_what, data) => {
    const { bad, unnoticed } = await openRoom();
    bad.sendFrame('sendMessage', data, 'r');
    const refused = await bad.next('messageNotAdded');
    expect(refused).toMatchObject({
      request_id: 'r',
      data: { client_message_id: null, code: 'validation_failed' },
    });
    await unnoticed();
  });

  test.each([
    ['data is missing', '{"event":"sendMessage","id":"r"}'],
    ['data is an array', '{"event":"sendMessage","data":[],"id":"r"}'],
    [
      'meta nests deeply',
      `{"event":"sendMessage","data":{"text":"x","meta":${nested(5_000)}},"id":"r"}`,
    ],
  ])('when %s', async (_what, bytes) => {
    const { bad, unnoticed } = await openRoom();
    bad.sendRaw(bytes);
    const refused = await bad.next('messageNotAdded');
    expect(refused).toMatchObject({ request_id: 'r', data: { code: 'validation_failed' } });
    await stillAnswers(bad);
    await unnoticed();
  });
});

describe('odd but good input', () => {
  test('unknown fields and prototype keys are dropped', async () => {
    const { bad } = await openRoom();
    bad.sendRaw(
      '{"event":"sendMessage","id":"r","__proto__":{"x":1},"data":{"text":"x","__proto__":{"type":"note"},"constructor":{"prototype":{"text":"y"}},"role":"operator"}}',
    );
    const { data } = await bad.next('messageAdded');
    expect(data.message).toMatchObject({ text: 'x', type: 'standard' });
    expect(Object.keys(data.message)).not.toContain('constructor');
    expect(Object.keys(data.message)).not.toContain('role');
    bad.sendFrame('sendMessage', { text: 'after' });
    const after = await bad.next(({ data }) => data.message?.text === 'after');
    expect(after.data.message.type).toBe('standard');
  });

  test('an escaped NUL, a lone surrogate’s escape and every plane of Unicode arrive as text', async () => {
    const chatId = stage.name('chat');
    const operator = await cast.operator(chatId, { edge: 1 });
    const visitor = await cast.visitor(chatId, { edge: 0 });
    const text = 'a\u0000b \u2028 \u{1F9D1}\u200D\u{1F680} ‮ \u{10FFFD} "\\';
    visitor.sendFrame('sendMessage', { text });
    expect((await operator.next('messageAdded')).data.message.text).toBe(text);
    visitor.sendRaw('{"event":"sendMessage","data":{"text":"\\ud800"},"id":"lone"}');
    const lone = await visitor.next(({ request_id }) => request_id === 'lone');
    expect(['messageAdded', 'messageNotAdded']).toContain(lone.event);
    expect(operator.oddities).toEqual([]);
  });

  test.each(['x:operator', '{1}', '%3A', 'a/b?c#d', 'ü ☃', '__proto__', "'; --"])(
    'a room named %j is a room like any other',
    async (hostile) => {
      const chatId = stage.name(hostile);
      const operator = await cast.operator(chatId, { edge: 1 });
      const visitor = await cast.visitor(chatId, { edge: 0 });
      visitor.sendFrame('sendMessage', { text: hostile });
      const { chat_id, data } = await operator.next('messageAdded');
      expect({ chat_id, text: data.message.text }).toEqual({ chat_id: chatId, text: hostile });
      const { events } = await backend.get(`/chats/${encodeURIComponent(chatId)}/events`);
      expect(events).toHaveLength(1);
    },
  );

  test('rooms whose names look like parts of others hear nothing of them', async () => {
    const base = stage.name('chat');
    const names = [base, `${base}:operator`, `${base}:client`, `${base}%3Aoperator`, `o/${base}`];
    const visitors = await Promise.all(
      names.map((chatId, index) => cast.visitor(chatId, { edge: index % 2 })),
    );
    for (const chatId of names) await backend.say(chatId, { type: 'note' });
    const said = await Promise.all(names.map((chatId) => backend.say(chatId)));
    for (const [index, visitor] of visitors.entries()) {
      await visitor.next((frame) => frame.event_id === said[index].event_id);
      expect(visitor.all('messageAdded')).toHaveLength(1);
    }
  });
});

describe('the size of a frame', () => {
  test('of 64 KiB is good, one byte more is frame_too_large, and so is twice of it', async () => {
    const { bad, unnoticed } = await openRoom();
    bad.sendRaw(pingOf(kib64));
    expect((await bad.next('pong')).request_id).toBe('big');
    for (const bytes of [kib64 + 1, 2 * kib64]) {
      bad.sendRaw(pingOf(bytes));
      expect((await bad.next('error')).data.code).toBe('frame_too_large');
    }
    await stillAnswers(bad);
    await unnoticed();
  });

  test('above 128 KiB cuts the connection', async () => {
    const { bad, unnoticed } = await openRoom();
    bad.sendRaw(pingOf(2 * kib64 + 1));
    expect([1006, 1009]).toContain((await bad.closed).code);
    await unnoticed();
  });

  test('counts bytes and not characters', async () => {
    const { bad } = await openRoom();
    bad.sendRaw(`{"event":"ping","data":{"pad":"${'ü'.repeat(kib64 / 2)}"}}`);
    expect((await bad.next('error')).data.code).toBe('frame_too_large');
  });
});

describe('bytes that are no UTF-8', () => {
  test('in a text frame end that connection and no other', async () => {
    const { bad, unnoticed } = await openRoom();
    bad.ws.send(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), { binary: false });
    expect([1006, 1007]).toContain((await bad.closed).code);
    await unnoticed();
  });
});

describe('ten bad frames in a row', () => {
  const kinds: [string, string | Buffer][] = [
    ['malformed', '{'],
    ['unknown_event', '{"event":"x","data":{}}'],
    ['validation_failed', '{"event":"updateTyping","data":{}}'],
    ['messages without content', '{"event":"sendMessage","data":{}}'],
    ['binary', Buffer.from('{}')],
  ];

  test.each(kinds)('of %s close the socket with 4502', async (_what, bytes) => {
    const { bad, unnoticed } = await openRoom();
    for (let count = 0; count < 10; count += 1) bad.sendRaw(bytes);
    expect((await bad.closed).code).toBe(4502);
    expect(bad.frames.at(-1)).toMatchObject({
      event: 'disconnecting',
      data: { reason: 'protocol_error', reconnect: false },
    });
    await unnoticed();
  });

  test('of different kinds do, too', async () => {
    const { bad } = await openRoom();
    for (let count = 0; count < 10; count += 1) bad.sendRaw(kinds[count % kinds.length]![1]);
    expect((await bad.closed).code).toBe(4502);
  });

  test('are not nine and a good one and nine', async () => {
    const { bad, unnoticed } = await openRoom();
    for (let count = 0; count < 9; count += 1) bad.sendRaw('{');
    bad.sendFrame('ping', {});
    for (let count = 0; count < 9; count += 1) bad.sendRaw('{');
    await stillAnswers(bad);
    expect(bad.all('error')).toHaveLength(18);
    await unnoticed();
  });
});

describe('on /broadcast', () => {
  test.each(['sendMessage', 'markMessageRead', 'markMessageDelivered', 'updateTyping'])(
    '%s is forbidden',
    async (event) => {
      const desk = await cast.desk();
      desk.sendFrame(event, { text: 'x', message_id: 'm', is_typing: true }, 'r');
      const answer = await desk.next(({ request_id }) => request_id === 'r');
      expect(answer).toMatchObject({ event: 'error', data: { code: 'forbidden' } });
      await stillAnswers(desk);
    },
  );
});

describe('after all of this', () => {
  test('the processes that started are the ones that run', async () => {
    for (const edge of stage.cluster.edges) {
      expect(edge.hasExited()).toBe(false);
      expect((await fetch(`${edge.privateUrl}/health/ready`)).status).toBe(200);
    }
  });
});
