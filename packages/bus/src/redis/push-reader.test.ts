/** Whatever comes, cut anywhere: messages are told, and the rest reaches the client whole and in its order. */
import { Redis } from 'ioredis';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { PushReader, readMessagesOf } from './push-reader.ts';

type Told = readonly [channel: string, message: string] | string;

const blob = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const push = (...texts: string[]) => `>${texts.length}\r\n${texts.map(blob).join('')}`;

const texts = fc.string({ unit: 'binary', maxLength: 40 });
const line = fc.constantFrom(
  '+OK\r\n',
  '-MOVED 1 h:1\r\n',
  ':42\r\n',
  '_\r\n',
  '#t\r\n',
  ',1.5\r\n',
);
const value = fc.oneof(line, texts.map(blob), fc.constant('$-1\r\n'), fc.constant('*-1\r\n'));
const list = fc
  .tuple(fc.constantFrom('*', '~'), fc.array(value, { maxLength: 3 }))
  .map(([type, items]) => `${type}${items.length}\r\n${items.join('')}`);
const map = fc
  .array(fc.tuple(value, value), { maxLength: 2 })
  .map((entries) => `%${entries.length}\r\n${entries.flat().join('')}`);
const nested = fc
  .array(fc.oneof(list, map), { maxLength: 2 })
  .map((v) => `*${v.length}\r\n${v.join('')}`);
const confirmation = texts.map((name) => `>3\r\n${blob('ssubscribe')}${blob(name)}:1\r\n`);
const other = fc
  .oneof(value, list, map, nested, confirmation)
  .map((text) => ({ text, told: text as Told }));
const message = fc.tuple(texts, texts).map(([channel, told]) => ({
  text: push('smessage', channel, told),
  told: [channel, told] as Told,
}));

function readerOf(told: Told[]): PushReader {
  return new PushReader({
    message: (channel, bytes) => void told.push([channel.toString(), bytes.toString()]),
    other: (bytes) => void told.push(bytes.toString()),
  });
}

test('messages and other values, in their order, however they are cut', () => {
  const cases = fc.tuple(
    fc.array(fc.oneof(message, other), { maxLength: 12 }),
    fc.array(fc.nat({ max: 200 }), { minLength: 1, maxLength: 20 }),
  );
  fc.assert(
    fc.property(cases, ([values, cuts]) => {
      const bytes = Buffer.from(values.map(({ text }) => text).join(''));
      const told: Told[] = [];
      const reader = readerOf(told);
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const next = at + 1 + (cuts[turn % cuts.length] as number);
        reader.write(bytes.subarray(at, next));
        at = next;
      }
      expect(told).toEqual(values.map((each) => each.told));
    }),
  );
});

test('what is no value is left to the client at once', () => {
  const told: Told[] = [];
  readerOf(told).write(Buffer.from('HTTP/1.1 400 Bad Request'));
  expect(told).toEqual(['HTTP/1.1 400 Bad Request']);
});

const publisher = new Redis(process.env['REDIS_URL'] ?? '');
const follower = new Redis(process.env['REDIS_URL'] ?? '', {
  lazyConnect: true,
  retryStrategy: () => 1,
});
afterAll(() => Promise.all([publisher.quit(), follower.quit()]));

test('a real connection: confirmations, large messages and replies, also after it broke', async () => {
  readMessagesOf(follower);
  const heard: string[] = [];
  follower.on('smessageBuffer', (_channel: Buffer, bytes: Buffer) => heard.push(bytes.toString()));
  await follower.connect();
  const channel = `read-${crypto.randomUUID()}-é`;
  const large = 'x'.repeat(300_000);
  for (const round of [1, 2]) {
    await follower.ssubscribe(channel);
    for (const text of ['one', large, 'été']) await publisher.spublish(channel, text);
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(3 * round);
    expect(heard.slice(-3)).toEqual(['one', large, 'été']);
    await expect(follower.call('nonsense')).rejects.toThrow('unknown command');
    const isBack = new Promise((resolve) => follower.once('ready', resolve));
    follower.disconnect(true);
    await isBack;
  }
});
