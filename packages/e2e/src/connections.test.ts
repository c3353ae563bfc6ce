/** How many may connect, how often, and who gives way. */
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { UpgradeRefused } from '@switchboard/testkit';
import { raiseStage } from './stage.ts';

const connectionsMax = 3;
const connectsPerSecond = 2;
/** Five seconds' worth may come at once. */
const connectsAtOnce = connectsPerSecond * 5;

const stage = raiseStage({
  env: {
    CHAT_CONNECTIONS_MAX_PER_USER: String(connectionsMax),
    BROADCAST_CONNECTIONS_MAX_PER_USER: String(connectionsMax),
    USER_CONNECTS_MAX_PER_SECOND: String(connectsPerSecond),
    ADDRESS_CONNECTS_MAX_PER_SECOND: String(connectsPerSecond),
    TRUSTED_PROXIES: '127.0.0.0/8',
    ROOM_GRACE_MS: '600000',
  },
});
const { cast } = stage;

describe('above the number of connections of a user', () => {
  test('the oldest one gives way with 4503, wherever it is, and nobody is told as gone', async () => {
    const chatId = stage.name('chat');
    const witness = await cast.visitor(chatId);
    const first = await cast.visitor(chatId, { edge: 0 });
    const { id } = first;
    const others = [];
    for (const edge of [1, 0]) others.push(await cast.visitor(chatId, { edge, id }));
    await cast.visitor(stage.name('chat'), { id, edge: 1 });
    await stage.backend.say(chatId);
    expect(first.ws.readyState).toBe(first.ws.OPEN);
    others.push(await cast.visitor(chatId, { edge: 1, id }));
    expect(await first.closed).toEqual({ code: 4503, reason: 'replaced' });
    expect(first.all('disconnecting')).toMatchObject([
      { data: { reason: 'replaced', reconnect: false } },
    ]);
    const { event_id: fence } = await stage.backend.say(chatId);
    for (const player of [witness, ...others])
      await player.next(({ event_id }) => event_id === fence);
    expect(witness.all('userDisconnected')).toEqual([]);
    for (const player of others) expect(player.all('disconnecting')).toEqual([]);
  });

  test('one that has closed makes room for another at once', async () => {
    const chatId = stage.name('chat');
    const first = await cast.visitor(chatId, { edge: 0 });
    const { id } = first;
    const second = await cast.visitor(chatId, { edge: 1, id });
    const third = await cast.visitor(chatId, { edge: 0, id });
    await second.close();
    // At the same edge: it has told of the one that closed before it asks for the next.
    const fourth = await cast.visitor(chatId, { edge: 1, id });
    const { event_id: fence } = await stage.backend.say(chatId);
    for (const player of [first, third, fourth]) {
      await player.next(({ event_id }) => event_id === fence);
      expect(player.all('disconnecting')).toEqual([]);
    }
  });

  test('an operator may be limited at the desk as well', async () => {
    const first = await cast.desk({ edge: 0 });
    const { id } = first;
    for (const edge of [1, 0, 1]) await cast.desk({ edge, id });
    expect(await first.closed).toMatchObject({ code: 4503 });
  });
});

test('who observes a room is in no list: it makes nobody give way, and gives way to nobody', async () => {
  const chatId = stage.name('chat');
  const observer = await cast.operator(chatId, { edge: 0, query: { observe: 1 } });
  const { id } = observer;
  const open = [observer];
  for (const edge of [1, 0, 1]) open.push(await cast.operator(chatId, { edge, id }));
  for (const edge of [0, 1])
    open.push(await cast.operator(chatId, { edge, id, query: { observe: 1 } }));
  const { event_id: fence } = await stage.backend.say(chatId);
  for (const player of open) {
    await player.next(({ event_id }) => event_id === fence);
    expect(player.all('disconnecting')).toEqual([]);
  }
  expect(await stage.backend.post('/sessions/disconnect', { user_id: id })).toEqual({
    disconnected: open.length,
  });
});

/** The status of a connect without a token: 401 when it came in, 0 for a 429 that does not say when to come again. */
const knock = (forwardedFor: string | string[]): Promise<number> => {
  const { url } = stage.cluster.edges[0]!;
  return new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'x-forwarded-for': forwardedFor,
    };
    const knocking = request(`${url.replace('ws:', 'http:')}/chat?chat_id=any`, { headers });
    knocking.on('response', (response) => {
      response.resume();
      const saysWhen = Number(response.headers['retry-after']) > 0;
      resolve(response.statusCode === 429 && !saysWhen ? 0 : (response.statusCode ?? 0));
    });
    knocking.on('error', reject);
    knocking.end();
  });
};

/** How many of them come in when they all come at once, and how many may at most. */
const rush = async <T>(count: number, come: (index: number) => Promise<T>) => {
  const startMs = performance.now();
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => come(index)));
  const seconds = (performance.now() - startMs) / 1_000;
  return { answers, allowed: connectsAtOnce + Math.ceil(seconds * connectsPerSecond) };
};

describe('above the rate of connects', () => {
  test('of an address behind a proxy is 429, whatever the client claims of itself', async () => {
    const client = '203.0.113.9';
    const { answers, allowed } = await rush(60, (index) =>
      // Some proxies append to what the client wrote, some add a header of their own.
      knock(index % 2 === 0 ? `10.0.0.${index}, ${client}` : [`10.0.0.${index}`, client]),
    );
    const cameIn = answers.filter((status) => status === 401);
    expect(cameIn.length).toBeGreaterThanOrEqual(connectsAtOnce);
    expect(cameIn.length).toBeLessThanOrEqual(allowed);
    expect(answers.filter((status) => status !== 401)).toEqual(
      Array<number>(answers.length - cameIn.length).fill(429),
    );
    expect(await knock('203.0.113.10')).toBe(401);
  });

  test('of an IPv6 network is 429: its addresses cost nothing', async () => {
    const { answers, allowed } = await rush(60, (index) => knock(`2001:db8:1:2::${index + 1}`));
    const cameIn = answers.filter((status) => status === 401);
    expect(cameIn.length).toBeLessThanOrEqual(allowed);
    expect(await knock('2001:db8:1:3::1')).toBe(401);
  });

  test('of a user is 429 with Retry-After, from whatever address', async () => {
    const id = stage.name('user');
    const chatId = stage.name('chat');
    const { answers, allowed } = await rush(40, () =>
      cast.visitor(chatId, { id }).then(
        () => 'came in',
        (error: unknown) => {
          if (error instanceof UpgradeRefused) return error;
          // One that was let in may be replaced before its first frame.
          return 'came in';
        },
      ),
    );
    const refused = answers.filter((answer) => answer instanceof UpgradeRefused);
    expect(answers.length - refused.length).toBeLessThanOrEqual(allowed);
    for (const { status, headers } of refused) {
      expect(status).toBe(429);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
  });
});
