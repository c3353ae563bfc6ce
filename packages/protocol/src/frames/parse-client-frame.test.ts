import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { frameErrorCodes, notAddedCodes } from '../errors.ts';
import { defaultLimits } from '../limits.ts';
import { clientEvents } from './client-frames.ts';
import { type ClientFrameContext, parseClientFrame } from './parse-client-frame.ts';

const client: ClientFrameContext = { socket: 'chat', role: 'client' };
const operator: ClientFrameContext = { socket: 'chat', role: 'operator' };
const desk: ClientFrameContext = { socket: 'broadcast', role: 'operator' };

const parse = (frame: unknown, context = client) =>
  parseClientFrame(typeof frame === 'string' ? frame : JSON.stringify(frame), context);
const send = (data: unknown, context = client) =>
  parse({ event: 'sendMessage', id: 'r1', data }, context);
const codeOf = (result: ReturnType<typeof parse>) => (result.ok ? 'ok' : result.error.code);

describe('a valid frame', () => {
  it.each([
    ['sendMessage', { text: 'Hi' }, { text: 'Hi' }],
    [
      'sendMessage',
      { client_message_id: 'c1', text: null, postback: { action_id: 1 } },
      { client_message_id: 'c1', text: null, postback: { action_id: '1' } },
    ],
    [
      'sendMessage',
      { attachments: [{ type: 'file', url: 'https://a.example/x' }] },
      { attachments: [{ type: 'file', url: 'https://a.example/x' }] },
    ],
    [
      'sendMessage',
      { text: 'Hi', reply_to: 5, meta: [], type: null },
      { text: 'Hi', reply_to: '5', meta: {}, type: null },
    ],
    ['markMessageRead', { message_id: 5 }, { message_id: '5', up_to: false }],
    [
      'markMessageDelivered',
      { message_id: 'm', up_to: true, type: 'bot' },
      { message_id: 'm', up_to: true, type: 'bot' },
    ],
    ['updateTyping', { is_typing: true }, { is_typing: true, is_private: false }],
    [
      'updateTyping',
      { is_typing: false, is_private: null, preview: 'He' },
      { is_typing: false, is_private: false, preview: 'He' },
    ],
    ['ping', {}, {}],
    ['refreshToken', { token: 'a.b.c' }, { token: 'a.b.c' }],
  ])('%s %j', (event, data, parsed) => {
    expect(parse({ event, data })).toEqual({ ok: true, frame: { event, data: parsed } });
  });

  it('gives its id as requestId, of up to 64 characters', () => {
    const id = 'x'.repeat(64);
    expect(parse({ event: 'ping', data: {}, id })).toEqual({
      ok: true,
      frame: { event: 'ping', data: {}, requestId: id },
    });
    expect(parse({ event: 'ping', data: {}, id: null })).toEqual({
      ok: true,
      frame: { event: 'ping', data: {} },
    });
  });

  it('loses its unknown fields, at every depth', () => {
    const attachment = { type: 'file', url: 'https://a.example/x' };
    const result = send({
      text: 'Hi',
      user: { id: 'other' },
      id: 'm1',
      created_at: 'x',
      attachments: [{ ...attachment, x: 1 }],
      postback: { action_id: 'a', x: 1 },
    });
    expect(result).toMatchObject({
      frame: { data: { text: 'Hi', attachments: [attachment], postback: { action_id: 'a' } } },
    });
    const { data } = (result as unknown as { frame: { data: object } }).frame;
    expect(Object.keys(data).sort()).toEqual(['attachments', 'postback', 'text']);
    expect(JSON.stringify(data)).not.toContain('"x"');
  });

  it('is read from bytes too, and may hold NUL and lone surrogates in its text', () => {
    const text = '\u0000\ud800';
    expect(
      parseClientFrame(
        new TextEncoder().encode(JSON.stringify({ event: 'sendMessage', data: { text } })),
        client,
      ),
    ).toMatchObject({ ok: true, frame: { data: { text } } });
  });

  it('cannot reach a prototype', () => {
    const result = parse(
      '{"event":"sendMessage","data":{"text":"Hi","__proto__":{"type":"note"},"meta":{"__proto__":{"a":1},"b":{"__proto__":{"c":1}}}}}',
    );
    expect(result).toEqual({
      ok: true,
      frame: { event: 'sendMessage', data: { text: 'Hi', meta: { b: {} } } },
    });
  });
});

describe('a frame that nests too deeply', () => {
  const nested = `${'['.repeat(64)}${']'.repeat(64)}`;

  it('is told to the sender of a message with the ids that it gave', () => {
    const text = `{"event":"sendMessage","id":"r","data":{"client_message_id":"c","meta":${nested}}}`;
    expect(parse(text)).toMatchObject({
      ok: false,
      event: 'sendMessage',
      requestId: 'r',
      clientMessageId: 'c',
      error: { code: 'validation_failed', field: 'data' },
    });
  });

  it('is malformed as any other event, with its id', () => {
    expect(parse(`{"event":"ping","id":"r","data":{"x":${nested}}}`)).toMatchObject({
      ok: false,
      requestId: 'r',
      error: { code: 'malformed' },
    });
  });
});

describe('a malformed frame', () => {
  it.each([
    '',
    ' ',
    '{',
    'null',
    '5',
    '"ping"',
    '[]',
    '[{"event":"ping","data":{}}]',
    '\u0000',
    '{"event":"ping","data":{}}{}',
    '['.repeat(50_000),
    '{"a":'.repeat(10_000),
    `{"event":"ping","data":{},"x":${'['.repeat(64)}${']'.repeat(64)}}`,
  ])('is answered malformed: %.30s', (text) => {
    expect(parse(text)).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });

  it.each([
    {},
    { data: {} },
    { event: 5, data: {} },
    { event: null, data: {} },
    { event: ['ping'], data: {} },
  ])('%j names the field event', (frame) => {
    expect(parse(frame)).toMatchObject({ ok: false, error: { code: 'malformed', field: 'event' } });
  });

  it.each(['', 'Ping', 'messageAdded', 'toString', '__proto__', 'constructor', 'hasOwnProperty'])(
    'an event %j is unknown',
    (event) => {
      expect(parse({ event, data: {}, id: 'r1' })).toMatchObject({
        ok: false,
        requestId: 'r1',
        error: { code: 'unknown_event', field: 'event' },
      });
    },
  );

  it.each([undefined, null, 5, 'x', [], true])('data %j is refused', (data) => {
    expect(parse({ event: 'ping', data })).toMatchObject({
      ok: false,
      event: 'ping',
      error: { code: 'validation_failed', field: 'data' },
    });
  });

  it.each([5, {}, [], true, 'x'.repeat(65)])('id %j is refused', (id) => {
    const result = parse({ event: 'ping', data: {}, id });
    expect(result).toMatchObject({ ok: false, error: { code: 'validation_failed', field: 'id' } });
    expect(result).not.toHaveProperty('requestId');
  });
});

describe('the size of a frame', () => {
  const max = defaultLimits.clientFrameMaxBytes;
  const ofBytes = (bytes: number) => `{"event":"ping","data":{},"x":"${'y'.repeat(bytes - 33)}"}`;

  it('is limited to the byte, as text and as bytes', () => {
    expect(new TextEncoder().encode(ofBytes(max)).length).toBe(max);
    expect(codeOf(parse(ofBytes(max)))).toBe('ok');
    expect(codeOf(parse(ofBytes(max + 1)))).toBe('frame_too_large');
    expect(codeOf(parseClientFrame(new TextEncoder().encode(ofBytes(max)), client))).toBe('ok');
    expect(codeOf(parseClientFrame(new TextEncoder().encode(ofBytes(max + 1)), client))).toBe(
      'frame_too_large',
    );
  });

  it('is counted in UTF-8', () => {
    expect(codeOf(parse(`{"event":"ping","data":{},"x":"${'€'.repeat(max / 3)}"}`))).toBe(
      'frame_too_large',
    );
  });

  it('follows the limits given', () => {
    const limits = { ...defaultLimits, clientFrameMaxBytes: 20, textMaxBytes: 2 };
    expect(codeOf(parseClientFrame('{"event":"ping","data":{}}', { ...client, limits }))).toBe(
      'frame_too_large',
    );
    const roomy = { ...limits, clientFrameMaxBytes: 100 };
    expect(
      codeOf(
        parseClientFrame('{"event":"sendMessage","data":{"text":"abc"}}', {
          ...client,
          limits: roomy,
        }),
      ),
    ).toBe('message_too_long');
  });
});

describe('a wrong sendMessage', () => {
  const ids = { client_message_id: 'c1' };

  it.each([
    [{}, 'validation_failed', 'text'],
    [{ text: '' }, 'validation_failed', 'text'],
    [{ text: null, attachments: [], postback: null }, 'validation_failed', 'text'],
    [{ text: 5 }, 'validation_failed', 'text'],
    [{ text: 'x'.repeat(16_385) }, 'message_too_long', 'text'],
    [{ text: 'é'.repeat(8_193) }, 'message_too_long', 'text'],
    [{ text: 'Hi', type: 'system' }, 'type_not_allowed', 'type'],
    [{ text: 'Hi', type: 'bot' }, 'type_not_allowed', 'type'],
    [{ text: 'Hi', type: 'note' }, 'type_not_allowed', 'type'],
    [{ text: 'Hi', type: 'other' }, 'validation_failed', 'type'],
    [{ text: 'Hi', type: 5 }, 'validation_failed', 'type'],
    [{ text: 'Hi', reply_to: {} }, 'validation_failed', 'reply_to'],
    [{ text: 'Hi', meta: { a: 'x'.repeat(4_096) } }, 'validation_failed', 'meta'],
    [{ text: 'Hi', meta: 'x' }, 'validation_failed', 'meta'],
    [{ attachments: [{ type: 'file', url: 'ftp://x' }] }, 'validation_failed', 'attachments.0.url'],
    [
      {
        attachments: Array.from({ length: 16 }, () => ({ type: 'file', url: 'https://x.example' })),
      },
      'validation_failed',
      'attachments',
    ],
    [
      { postback: { action_id: 'a', value: 'x'.repeat(4_096) } },
      'validation_failed',
      'postback.value',
    ],
    [{ text: 'Hi', format: 'x'.repeat(65) }, 'validation_failed', 'format'],
  ])('%.60j gets %s at %s, with both ids', (data, code, field) => {
    const result = send({ ...ids, ...data });
    expect(result).toMatchObject({
      ok: false,
      event: 'sendMessage',
      requestId: 'r1',
      clientMessageId: 'c1',
      error: { code, field },
    });
  });

  it.each([5, '', 'x'.repeat(65), {}, []])(
    'with client_message_id %j is refused without it',
    (id) => {
      const result = send({ client_message_id: id, text: 'Hi' });
      expect(result).toMatchObject({
        ok: false,
        error: { code: 'validation_failed', field: 'client_message_id' },
      });
      expect(result).not.toHaveProperty('clientMessageId');
    },
  );

  it('without an object as data, or with a wrong id, is still one to answer messageNotAdded', () => {
    expect(send([])).toMatchObject({
      event: 'sendMessage',
      error: { code: 'validation_failed', field: 'data' },
    });
    expect(parse({ event: 'sendMessage', id: 5, data: ids })).toMatchObject({
      event: 'sendMessage',
      clientMessageId: 'c1',
      error: { code: 'validation_failed', field: 'id' },
    });
  });

  it('is no note when an operator sends one', () => {
    expect(send({ text: 'Hi', type: 'note' }, operator)).toMatchObject({
      ok: true,
      frame: { data: { type: 'note' } },
    });
    expect(codeOf(send({ text: 'Hi', type: 'bot' }, operator))).toBe('type_not_allowed');
  });
});

describe('other wrong payloads', () => {
  it.each([
    ['markMessageRead', {}, 'message_id'],
    ['markMessageRead', { message_id: '' }, 'message_id'],
    ['markMessageRead', { message_id: [5] }, 'message_id'],
    ['markMessageDelivered', { message_id: 1, up_to: 'yes' }, 'up_to'],
    ['markMessageDelivered', { message_id: 1, type: 'other' }, 'type'],
    ['updateTyping', {}, 'is_typing'],
    ['updateTyping', { is_typing: 1 }, 'is_typing'],
    ['updateTyping', { is_typing: true, preview: 'x'.repeat(1_025) }, 'preview'],
    ['updateTyping', { is_typing: true, is_private: 'no' }, 'is_private'],
    ['refreshToken', {}, 'token'],
    ['refreshToken', { token: '' }, 'token'],
    ['refreshToken', { token: 'x'.repeat(4_097) }, 'token'],
  ])('%s %.40j names %s', (event, data, field) => {
    expect(parse({ event, data, id: 'r1' })).toMatchObject({
      ok: false,
      event,
      requestId: 'r1',
      error: { code: 'validation_failed', field },
    });
  });
});

describe('on /broadcast', () => {
  it.each(['ping', 'refreshToken'])('%s is taken', (event) => {
    expect(codeOf(parse({ event, data: { token: 't' } }, desk))).toBe('ok');
  });

  it.each(['sendMessage', 'markMessageRead', 'markMessageDelivered', 'updateTyping'])(
    '%s is forbidden',
    (event) => {
      expect(parse({ event, id: 'r1', data: { client_message_id: 'c1' } }, desk)).toMatchObject({
        ok: false,
        event,
        requestId: 'r1',
        clientMessageId: 'c1',
        error: { code: 'forbidden' },
      });
    },
  );
});

describe('whatever comes', () => {
  const contexts = fc.constantFrom(client, operator, desk);
  const almost = fc.record(
    {
      event: fc.oneof(fc.constantFrom<unknown>(...clientEvents), fc.jsonValue()),
      id: fc.oneof(fc.string(), fc.jsonValue()),
      data: fc.oneof(
        fc.jsonValue(),
        fc.record(
          {
            client_message_id: fc.oneof(fc.string(), fc.jsonValue()),
            type: fc.constantFrom('standard', 'note', 'system', 5),
            text: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
            attachments: fc.oneof(
              fc.array(
                fc.record({ type: fc.string(), url: fc.oneof(fc.webUrl(), fc.jsonValue()) }),
              ),
              fc.jsonValue(),
            ),
            postback: fc.jsonValue(),
            reply_to: fc.jsonValue(),
            meta: fc.jsonValue(),
            message_id: fc.jsonValue(),
            up_to: fc.jsonValue(),
            is_typing: fc.jsonValue(),
            preview: fc.jsonValue(),
            token: fc.jsonValue(),
          },
          { requiredKeys: [] },
        ),
      ),
    },
    { requiredKeys: [] },
  );

  function expectAnswerable(input: string | Uint8Array, context: ClientFrameContext) {
    const result = parseClientFrame(input, context);
    if (result.ok) {
      expect(clientEvents).toContain(result.frame.event);
      return;
    }
    const codes: readonly string[] =
      result.event === 'sendMessage' ? notAddedCodes : frameErrorCodes;
    expect(codes).toContain(result.error.code);
    expect(result.error.message).not.toBe('');
  }

  test.prop([fc.uint8Array({ maxLength: 200 }), contexts])(
    'bytes get a documented answer',
    expectAnswerable,
  );
  test.prop([fc.string({ unit: 'binary' }), contexts])(
    'text gets a documented answer',
    expectAnswerable,
  );
  test.prop([fc.jsonValue(), contexts])('JSON gets a documented answer', (value, context) =>
    expectAnswerable(JSON.stringify(value), context),
  );
  test.prop([almost, contexts], { numRuns: 500 })(
    'almost a frame gets a documented answer',
    (value, context) => expectAnswerable(JSON.stringify(value), context),
  );
});
