/** Two edges that ask the same backend about the same messages. */
import type { UserKey } from '@switchboard/protocol';
import { fc, test as property } from '@fast-check/vitest';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bus, SentMessageKey } from '../contract.ts';
import { roomEvent } from '../log/log.fixture.ts';
import { openBus } from '../open-bus.ts';
import { createKeys } from '../redis/keys.ts';

const redisUrl = process.env['REDIS_URL'] ?? '';
const keyPrefix = `t${crypto.randomUUID()}:`;
const keys = createKeys(keyPrefix, 4);
const redis = new Redis(redisUrl);
const LEASE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

const open = () =>
  openBus({ redisUrl, keyPrefix, partitions: 4, clientName: 'test', onWarning: () => undefined });
let one: Bus;
let other: Bus;
beforeAll(async () => void ([one, other] = await Promise.all([open(), open()])));
afterAll(() => Promise.all([one.close(), other.close(), redis.quit()]));

let numbers = 0;
const newMessage = (): SentMessageKey => ({
  chatId: 'chat',
  user: 'client:5',
  clientMessageId: `m${(numbers += 1)}`,
});
const keyOf = ({ chatId, user, clientMessageId }: SentMessageKey) =>
  keys.once(chatId, 'c', [chatId, user, clientMessageId]);
const append = ({ chatId, user, clientMessageId }: SentMessageKey, bus = one) =>
  bus.log.append({
    event: roomEvent(chatId, 'hi'),
    once: { kind: 'clientMessage', user, clientMessageId },
    deadlineMs: 2_000,
  });
/** Ends a lease, or whatever else is kept, as time would. */
const expire = (message: SentMessageKey) => redis.pexpire(keyOf(message), 0);

describe('a claim', () => {
  test('is had by one, until it is released', async () => {
    const message = newMessage();
    expect(await one.claims.claim(message, 'a', LEASE_MS)).toEqual({ kind: 'claimed' });
    expect(await other.claims.claim(message, 'b', LEASE_MS)).toEqual({ kind: 'busy' });
    await one.claims.release(message, 'a');
    expect(await other.claims.claim(message, 'b', LEASE_MS)).toEqual({ kind: 'claimed' });
  });

  test('of one message is none of another, another user or another chat', async () => {
    const message = newMessage();
    const others: SentMessageKey[] = [
      { ...message, chatId: 'elsewhere' },
      { ...message, user: 'operator:5' },
      newMessage(),
    ];
    await one.claims.claim(message, 'a', LEASE_MS);
    for (const each of others)
      expect(await other.claims.claim(each, 'b', LEASE_MS)).toEqual({ kind: 'claimed' });
  });

  test('that is asked for again by who has it begins anew', async () => {
    const message = newMessage();
    await one.claims.claim(message, 'a', 10_000);
    expect(await one.claims.claim(message, 'a', LEASE_MS)).toEqual({ kind: 'claimed' });
    expect(await redis.pttl(keyOf(message))).toBeGreaterThan(10_000);
  });

  test('ends with its lease, and lasts as long as it is renewed', async () => {
    const message = newMessage();
    await one.claims.claim(message, 'a', 10_000);
    expect(await one.claims.renew(message, 'a', LEASE_MS)).toBe(true);
    expect(await redis.pttl(keyOf(message))).toBeGreaterThan(10_000);
    await expire(message);
    expect(await other.claims.claim(message, 'b', LEASE_MS)).toEqual({ kind: 'claimed' });
  });

  test('that was lost can do nothing any more', async () => {
    const message = newMessage();
    await one.claims.claim(message, 'a', LEASE_MS);
    await expire(message);
    await other.claims.claim(message, 'b', LEASE_MS);
    expect(await one.claims.renew(message, 'a', LEASE_MS)).toBe(false);
    await one.claims.settle(message, 'a', 'no');
    await one.claims.release(message, 'a');
    expect(await redis.get(keyOf(message))).toBe('~b');
  });

  test('that is settled tells everybody the refusal, for a day', async () => {
    const message = newMessage();
    const verdict = JSON.stringify({ reason: 'spam ~! é', message: '' });
    await one.claims.claim(message, 'a', LEASE_MS);
    await one.claims.settle(message, 'a', verdict);
    for (const bus of [one, other])
      expect(await bus.claims.claim(message, 'c', LEASE_MS)).toEqual({ kind: 'decided', verdict });
    const keptMs = await redis.pttl(keyOf(message));
    expect(keptMs).toBeGreaterThan(DAY_MS - 60_000);
    expect(keptMs).toBeLessThanOrEqual(DAY_MS);
    expect(await one.claims.renew(message, 'a', LEASE_MS)).toBe(false);
  });

  test('gives way to the message itself, and is not had again', async () => {
    const message = newMessage();
    await one.claims.claim(message, 'a', LEASE_MS);
    expect(await append(message)).toMatchObject({ kind: 'appended' });
    expect(await one.claims.renew(message, 'a', LEASE_MS)).toBe(false);
    await one.claims.release(message, 'a');
    await one.claims.settle(message, 'a', 'no');
    expect(await other.claims.claim(message, 'b', LEASE_MS)).toEqual({ kind: 'added' });
    expect(await append(message, other)).toMatchObject({ kind: 'duplicate' });
  });
});

describe('a message that was refused', () => {
  test('is added all the same when it is appended later', async () => {
    const message = newMessage();
    await one.claims.claim(message, 'a', LEASE_MS);
    await one.claims.settle(message, 'a', 'no');
    expect(await append(message)).toMatchObject({ kind: 'appended' });
    expect(await other.claims.claim(message, 'b', LEASE_MS)).toEqual({ kind: 'added' });
  });
});

const id = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(':', '{', '}', '%', '-', ' ', '~', '!', '\0', 'é', '\n') }),
    fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
    fc.constantFrom('-', '~', '!', '~a', '%2D'),
  )
  .filter((text) => text !== '');
const hostileKey = fc.record({
  chatId: id,
  user: fc
    .tuple(fc.constantFrom('client', 'operator'), id)
    .map(([role, userId]) => `${role}:${userId}` as UserKey),
  clientMessageId: id,
});

property.prop([hostileKey, id, id, id], { numRuns: 50 })(
  'claims, refusals and first answers are told apart, whatever people choose',
  async (message, token, otherToken, verdict) => {
    await redis.del(keyOf(message));
    expect(await one.claims.claim(message, token, LEASE_MS)).toEqual({ kind: 'claimed' });
    expect(await other.claims.claim(message, `${token}${otherToken}`, LEASE_MS)).toEqual({
      kind: 'busy',
    });
    await one.claims.settle(message, token, verdict);
    const decided = { kind: 'decided', verdict };
    expect(await other.claims.claim(message, otherToken, LEASE_MS)).toEqual(decided);
    const appended = await append(message);
    expect(appended).toMatchObject({ kind: 'appended' });
    expect(await other.claims.claim(message, otherToken, LEASE_MS)).toEqual({ kind: 'added' });
    const { kind: _kind, ...answer } = appended;
    expect(await append(message, other)).toMatchObject({ kind: 'duplicate', ...answer });
  },
);
