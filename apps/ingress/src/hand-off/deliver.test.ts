import { fc, test as property } from '@fast-check/vitest';
import type { OutboxEvent } from '@switchboard/bus';
import { describe, expect, test } from 'vitest';
import { batchOf, byChat } from './batch.ts';
import { deliver } from './deliver.ts';
import { type Failing, judgeBatch, type Verdict } from './verdict.ts';

const failing: Failing = { kind: 'failing', why: 'status', failure: { reason: 'status' } };
const refused: Verdict = { kind: 'refused', failure: { reason: 'no' } };
const event = (id: number, frame = `{"n":${id}}`, chatId = 'c'): OutboxEvent => ({
  id: `${id}-0`,
  atMs: id,
  chatId,
  frame,
});

describe('a delivery', () => {
  property.prop([
    fc.array(fc.constantFrom('good', 'good', 'bad', 'broken'), { minLength: 1, maxLength: 60 }),
  ])(
    'keeps the order, puts aside what is refused and nothing else, and stops at what fails',
    async (fates) => {
      const events = fates.map((_, id) => event(id));
      const fateOf = ({ atMs }: OutboxEvent) => fates[atMs];
      const told: string[] = [];
      const outcome = await deliver(events, {
        async send(sent) {
          // As a backend that looks at them in their order and takes all or none.
          const first = sent.map(fateOf).find((fate) => fate !== 'good');
          if (first === undefined) return { kind: 'delivered' };
          return first === 'bad' ? refused : failing;
        },
        delivered: async (taken) => void told.push(...taken.map(({ id }) => `+${id}`)),
        refused: async ({ id }) => void told.push(`-${id}`),
      });
      const broken = fates.indexOf('broken');
      const settled = told.map((line) => line.slice(1));
      const order = events.map(({ id }) => id);
      expect(settled).toEqual(order.slice(0, settled.length));
      for (const line of told)
        expect(line[0]).toBe(fates[Number.parseInt(line.slice(1), 10)] === 'bad' ? '-' : '+');
      if (broken < 0) {
        expect(outcome).toBeUndefined();
        expect(settled).toEqual(order);
      } else {
        expect(outcome).toEqual(failing);
        expect(settled.length).toBeLessThanOrEqual(broken);
      }
    },
  );

  test('ends where a refused event cannot be put aside', async () => {
    const sent: number[] = [];
    const outcome = await deliver([event(1), event(2), event(3)], {
      send: async (events) => (sent.push(events.length), refused),
      delivered: async () => {},
      refused: async () => failing,
    });
    expect(outcome).toEqual(failing);
    expect(sent).toEqual([3, 2, 1]);
  });
});

describe('a batch', () => {
  test('is one JSON body under a key that only the very same events have', () => {
    const { body, idempotencyKey } = batchOf([event(1), event(2)]);
    expect(JSON.parse(body)).toEqual({ events: [{ n: 1 }, { n: 2 }] });
    expect(idempotencyKey).toMatch(/^[0-9a-f]{32}$/u);
    expect(batchOf([event(1), event(2)]).idempotencyKey).toBe(idempotencyKey);
    for (const other of [[event(1)], [event(2), event(1)], [event(1), event(2), event(3)]])
      expect(batchOf(other).idempotencyKey).not.toBe(idempotencyKey);
  });

  test('has the chats in the order of their first events', () => {
    const events = [event(1, '', 'b'), event(2, '', 'a'), event(3, '', 'b')];
    expect([...byChat(events)].map(([chat, { length }]) => [chat, length])).toEqual([
      ['b', 2],
      ['a', 1],
    ]);
  });
});

describe('the verdict', () => {
  const answered = (status: number, value?: unknown) =>
    judgeBatch({
      kind: 'answered',
      status,
      content: value === undefined ? { kind: 'none' } : { kind: 'json', value },
    });

  test.each([200, 201, 202, 204, 299])('%i: delivered', (status) => {
    expect(answered(status)).toEqual({ kind: 'delivered' });
  });

  test.each([400, 403, 409, 410, 413, 422])('%i: refused', (status) => {
    expect(answered(status)).toEqual({ kind: 'refused', failure: { status, reason: 'status' } });
  });

  test.each([301, 302, 401, 404, 405, 408, 419, 425, 429, 500, 502, 503])(
    '%i: failing',
    (status) => {
      expect(answered(status)).toMatchObject({
        kind: 'failing',
        why: 'status',
        failure: { status },
      });
    },
  );

  test.each(['timeout', 'network'] as const)('no answer, %s: failing', (why) => {
    expect(judgeBatch({ kind: 'failed', why, error: 'ECONNRESET' })).toEqual({
      kind: 'failing',
      why,
      failure: { reason: 'ECONNRESET' },
    });
  });

  test('a call that we gave up: none', () => {
    expect(judgeBatch({ kind: 'failed', why: 'aborted', error: 'aborted' })).toBeUndefined();
  });

  test('has the backend’s words, and its Retry-After', () => {
    const reasonOf = (value: unknown) => (answered(422, value) as typeof refused & object).failure;
    expect(reasonOf({ code: 'gone', message: 'No such chat' })).toMatchObject({
      reason: 'gone: No such chat',
    });
    for (const value of [null, [], 5, 'text', {}, { code: 7, message: '' }])
      expect(reasonOf(value)).toMatchObject({ reason: 'status' });
    expect(
      judgeBatch({ kind: 'answered', status: 503, retryAfterMs: 7_000, content: { kind: 'none' } }),
    ).toMatchObject({ retryAfterMs: 7_000 });
  });
});
