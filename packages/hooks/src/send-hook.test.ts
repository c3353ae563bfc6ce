import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { createBreaker, type Breaker } from './breaker.ts';
import type { HookObserver, SendQuestion } from './contract.ts';
import { judgeSend } from './judge-send.ts';
import { createSendHook, type SendHookOptions } from './send-hook.ts';
import {
  playedBackend,
  playedClock,
  refusedConnection,
  statusReply,
  type Script,
} from './test/played.ts';

interface Parts extends Partial<SendHookOptions> {
  readonly tookMs?: number;
}

const open = (script: readonly Script[], { tookMs, ...parts }: Parts = {}) => {
  const clock = playedClock();
  const backend = playedBackend(script, clock, tookMs);
  const told: string[] = [];
  const observer: HookObserver = {
    onCall: (result, ms) => told.push(`${result} ${ms}`),
    onRetry: () => told.push('again'),
    onDecision: (decision) => told.push(decision),
  };
  const hook = createSendHook({
    caller: backend,
    breaker: createBreaker(),
    tryTimeoutMs: 5000,
    timeoutMs: 10_000,
    observer,
    clock,
    random: () => 0.5,
    ...parts,
  });
  const ask = (question: Partial<SendQuestion<unknown>> = {}) =>
    hook.ask({
      chatId: 'c1',
      body: '{"text":"hi"}',
      idempotencyKey: 'k1',
      read: (fields) => ({ text: 'hi', ...fields }),
      ...question,
    });
  return { ask, clock, backend, told };
};

const unavailable = { kind: 'gaveUp', code: 'backend_unavailable' };

describe('a message that the backend decides on', () => {
  test.each([
    ['as it was sent', statusReply(204), { kind: 'accepted', value: { text: 'hi' } }],
    [
      'with its fields',
      statusReply(200, { id: 7 }),
      { kind: 'accepted', value: { text: 'hi', id: 7 } },
    ],
    ['later', statusReply(202), { kind: 'deferred' }],
    [
      'not',
      statusReply(422, { code: 'no', message: 'No' }),
      { kind: 'refused', reason: 'no', message: 'No' },
    ],
  ])('is added %s, after one call', async (_, reply, decision) => {
    const { ask, backend, clock } = open([reply]);
    expect(await ask()).toEqual(decision);
    expect(backend.calls).toMatchObject([
      { body: '{"text":"hi"}', idempotencyKey: 'k1', timeoutMs: 5000 },
    ]);
    expect(clock.waits).toEqual([]);
  });

  test('is told to whoever measures', async () => {
    const { ask, told } = open([statusReply(503), refusedConnection, 'timeout', statusReply(204)]);
    await ask();
    expect(told).toEqual([
      'status 10',
      'again',
      'network 10',
      'again',
      'timeout 5000',
      'again',
      'accepted 10',
      'accepted',
    ]);
  });
});

describe('a backend that fails', () => {
  const failures: Script[] = [
    ...[302, 401, 404, 405, 408, 419, 425, 429, 500, 503].map((status) => statusReply(status)),
    statusReply(200, 'nonsense'),
    refusedConnection,
    'timeout',
  ];

  test.each(failures)('(%j) is asked again, the same under the same key', async (failure) => {
    const { ask, backend, clock } = open([failure, statusReply(200, { id: 7 })]);
    expect(await ask()).toEqual({ kind: 'accepted', value: { text: 'hi', id: 7 } });
    expect(backend.calls).toMatchObject([
      { body: '{"text":"hi"}', idempotencyKey: 'k1' },
      { body: '{"text":"hi"}', idempotencyKey: 'k1' },
    ]);
    expect(clock.waits).toEqual([250]);
  });

  test('by fields that make no message is asked again', async () => {
    const { ask, backend, told } = open([statusReply(200, { text: 5 }), statusReply(204)]);
    const read = (fields?: object) => (fields === undefined ? 'sent' : undefined);
    expect(await ask({ read })).toEqual({ kind: 'accepted', value: 'sent' });
    expect(backend.calls).toHaveLength(2);
    expect(told[0]).toBe('answer 10');
  });

  test.each([
    [0, [20, 20, 20, 20, 20]],
    [0.5, [250, 500, 1000, 2000, 2000]],
    [1, [500, 1000, 2000, 4000]],
  ])('is asked again after pauses that grow, by a chance of %d', async (chance, waits) => {
    const { ask, clock } = open([statusReply(500)], { random: () => chance });
    await ask();
    expect(clock.waits.slice(0, 5)).toEqual(waits);
  });

  test('is given up before the time in all has passed', async () => {
    const { ask, clock, backend } = open([statusReply(500)]);
    expect(await ask()).toMatchObject({ ...unavailable, cause: 'status 500', retryAfterMs: 3000 });
    expect(clock.nowMs() - 1000).toBeLessThanOrEqual(10_000);
    expect(backend.calls).toHaveLength(8);
  });

  test.each<[Script, string, string]>([
    [statusReply(503), 'backend_unavailable', 'status 503'],
    [statusReply(200, 'OK'), 'backend_unavailable', 'unusable answer with status 200'],
    [refusedConnection, 'backend_unavailable', 'ECONNREFUSED'],
    ['timeout', 'backend_timeout', 'timeout'],
  ])('(%j at the end) is told as %s', async (failure, code, cause) => {
    const { ask } = open([statusReply(500), failure]);
    expect(await ask()).toMatchObject({ kind: 'gaveUp', code, cause });
  });

  test('has what is left of the time in all for its last try', async () => {
    const { ask, backend, clock } = open(['timeout']);
    expect(await ask()).toMatchObject({ kind: 'gaveUp', code: 'backend_timeout' });
    expect(backend.calls.map(({ timeoutMs }) => timeoutMs)).toEqual([5000, 4750]);
    expect(clock.nowMs() - 1000).toBe(10_000);
  });

  test('has less time when the sender has waited before', async () => {
    const { ask, backend } = open(['timeout']);
    await ask({ timeoutMs: 700 });
    expect(backend.calls.map(({ timeoutMs }) => timeoutMs)).toEqual([700]);
  });

  test('is not asked when no time is left', async () => {
    const { ask, backend } = open([statusReply(204)]);
    expect(await ask({ timeoutMs: 0 })).toMatchObject({ ...unavailable, cause: 'no call' });
    expect(backend.calls).toHaveLength(0);
  });

  test('is left alone for as long as it asks, and a little longer', async () => {
    const { ask, clock } = open([statusReply(429, undefined, 3000), statusReply(204)]);
    expect(await ask()).toMatchObject({ kind: 'accepted' });
    expect(clock.waits).toEqual([3250]);
  });

  test('is given up at once when it asks for more time than there is', async () => {
    const { ask, clock } = open([statusReply(503, undefined, 60_000)]);
    expect(await ask()).toEqual({
      ...unavailable,
      cause: 'status 503',
      retryAfterMs: 61_250,
    });
    expect(clock.waits).toEqual([]);
  });

  test('keeps no sender away for more than an hour', async () => {
    const { ask } = open([statusReply(503, undefined, 86_400_000)]);
    expect(await ask()).toMatchObject({ retryAfterMs: 3_600_000 });
  });
});

describe('a drain', () => {
  test('ends a question before its call', async () => {
    const { ask, backend } = open([statusReply(204)]);
    expect(await ask({ signal: AbortSignal.abort() })).toMatchObject(unavailable);
    expect(backend.calls).toHaveLength(0);
  });

  test('ends a question within its call, without a word about the backend', async () => {
    const stop = new AbortController();
    const breaker = createBreaker({ failingChatsMin: 1 });
    const clock = playedClock();
    const { ask, told } = open([], {
      breaker,
      clock,
      caller: {
        async call() {
          stop.abort();
          return { kind: 'failed', why: 'aborted', error: 'aborted' };
        },
        async close() {},
      },
    });
    expect(await ask({ signal: stop.signal })).toMatchObject({ ...unavailable, cause: 'aborted' });
    expect(told).toEqual(['aborted 0', 'backend_unavailable']);
    expect(breaker.state).toBe('closed');
  });

  test('ends a question between two calls', async () => {
    const stop = new AbortController();
    const clock = playedClock();
    const { ask, told } = open([], {
      clock: { nowMs: clock.nowMs, wait: async () => stop.abort() },
      caller: playedBackend([statusReply(500)], clock),
    });
    expect(await ask({ signal: stop.signal })).toMatchObject({
      ...unavailable,
      cause: 'status 500',
    });
    expect(told).toEqual(['status 10', 'backend_unavailable']);
  });

  test('ends a real wait', async () => {
    const stop = new AbortController();
    const { backend } = open([statusReply(500)]);
    const hook = createSendHook({
      caller: backend,
      breaker: createBreaker(),
      tryTimeoutMs: 5000,
      timeoutMs: 3_600_000,
      backoff: { firstMs: 3_000_000, maxMs: 3_000_000 },
      random: () => 1,
    });
    const decision = hook.ask({
      chatId: 'c1',
      body: '{}',
      idempotencyKey: 'k1',
      read: () => 'x',
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(), 10);
    expect(await decision).toMatchObject(unavailable);
  });
});

describe('an open breaker', () => {
  const openBreaker = (): Breaker => {
    const breaker = createBreaker({ failingChatsMin: 2, random: () => 0 });
    for (const chat of ['x', 'y']) breaker.ended(chat, { kind: 'go' }, 'failed', 1000);
    expect(breaker.state).toBe('open');
    return breaker;
  };

  test('is waited for, and then one question tries the backend for all', async () => {
    const breaker = openBreaker();
    const { ask, clock, backend } = open([statusReply(204)], { breaker });
    expect(await ask()).toMatchObject({ kind: 'accepted' });
    expect(clock.waits).toEqual([625, 500]);
    expect(backend.calls).toHaveLength(1);
    expect(breaker.state).toBe('closed');
  });

  test('is waited for no longer than the time in all, without a call', async () => {
    const breaker = openBreaker();
    const { ask, clock, backend } = open([statusReply(204)], { breaker });
    expect(await ask({ timeoutMs: 600 })).toMatchObject({ ...unavailable, cause: 'no call' });
    expect(clock.waits).toEqual([]);
    expect(backend.calls).toHaveLength(0);
  });

  test('hears of its one call also when reading the answer throws', async () => {
    const breaker = openBreaker();
    const { ask } = open([statusReply(204)], { breaker });
    const read = () => {
      throw new Error('a defect');
    };
    await expect(ask({ read })).rejects.toThrow('a defect');
    expect(breaker.state).toBe('open');
    expect(await ask()).toMatchObject({ kind: 'accepted' });
    expect(breaker.state).toBe('closed');
  });

  test('gives messages back at once when the outage is long', async () => {
    const breaker = openBreaker();
    const { ask, clock, backend } = open([statusReply(503)], { breaker });
    // The probes of others.
    for (let times = 0; times < 4; times += 1) {
      clock.pass(10_000);
      breaker.ended('x', breaker.ask(clock.nowMs()), 'failed', clock.nowMs());
    }
    const calls = backend.calls.length;
    expect(await ask()).toEqual({ ...unavailable, cause: 'no call', retryAfterMs: 11_000 });
    expect(backend.calls).toHaveLength(calls);
    expect(clock.waits).toEqual([]);
  });

  test('stays away from the chats of others while one chat fails', async () => {
    const breaker = createBreaker({ failingChatsMin: 2, random: () => 0 });
    const slow = open(['timeout'], { breaker });
    for (let times = 0; times < 20; times += 1) await slow.ask({ chatId: 'slow' });
    expect(breaker.state).toBe('closed');
  });
});

const anyScript = fc.array(
  fc.oneof(
    fc.constant<Script>('timeout'),
    fc.constant<Script>(refusedConnection),
    fc.integer({ min: 200, max: 599 }).map((status) => statusReply(status, { id: 'm' })),
    fc
      .tuple(fc.constantFrom(429, 503), fc.nat(20_000))
      .map(([status, ms]) => statusReply(status, undefined, ms)),
  ),
  { minLength: 1, maxLength: 30 },
);

property.prop([
  anyScript,
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.nat(12_000),
  fc.nat(6000),
])(
  'whatever the backend does, a question ends in time, as the first answer that decides it says',
  async (script, chance, timeoutMs, tookMs) => {
    const { ask, clock, backend } = open(script, { random: () => chance, tookMs });
    const decision = await ask({ timeoutMs });
    expect(clock.nowMs() - 1000).toBeLessThanOrEqual(timeoutMs);
    expect(backend.calls.every(({ idempotencyKey }) => idempotencyKey === 'k1')).toBe(true);
    const verdicts = backend.calls.map((_, index) => {
      const reply = script[Math.min(index, script.length - 1)]!;
      return reply === 'timeout' ? 'failing' : judgeSend(reply).kind;
    });
    const decided = decision.kind === 'gaveUp' ? [] : [decision.kind];
    const failed = verdicts.length - decided.length;
    expect(verdicts).toEqual([...Array.from({ length: failed }, () => 'failing'), ...decided]);
    const { retryAfterMs = 1000 } = { ...decision } as { retryAfterMs?: number };
    expect(retryAfterMs).toBeGreaterThanOrEqual(1000);
    expect(retryAfterMs).toBe(Math.round(retryAfterMs));
  },
);
