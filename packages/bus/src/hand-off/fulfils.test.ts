/** A backend that posts by itself what a person has sent. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AppendRequest } from '../contract.ts';
import { type LogFixture, openLogFixture, roomEvent } from '../log/log.fixture.ts';

let fixture: LogFixture;
beforeAll(async () => void (fixture = await openLogFixture()));
afterAll(() => fixture.close());

let chatId: string;
beforeEach(() => void (chatId = `chat-${crypto.randomUUID()}`));

const sent = { user: 'client:5', clientMessageId: 'c1' } as const;
const append = (request: Partial<AppendRequest>) =>
  fixture.log.append({ event: roomEvent(chatId, 'hi'), deadlineMs: 2_000, ...request });
const bySocket = (messageId = 'm1') =>
  append({
    once: { kind: 'clientMessage', ...sent },
    message: { messageId, type: 'standard' },
  });
const byBackend = (key: string, messageId: string) =>
  append({
    once: { kind: 'idempotencyKey', tokenName: 't', path: '/message', key, bodyDigest: 'd' },
    message: { messageId, type: 'standard' },
    fulfils: sent,
  });
const inLog = async () => (await fixture.log.readRoom(chatId, undefined, 10)).events.length;

describe('a message that fulfils a sent one', () => {
  test('is what its sender is answered from then on', async () => {
    const posted = await byBackend('k1', 'of-the-backend');
    expect(posted).toMatchObject({ kind: 'appended' });
    const again = { ...posted, kind: 'duplicate', messageId: 'of-the-backend' };
    expect(await bySocket()).toMatchObject(again);
    expect(await byBackend('k1', 'of-the-backend')).toMatchObject(again);
    expect(await byBackend('k2', 'another')).toMatchObject(again);
    expect(await inLog()).toBe(1);
  });

  test('is a duplicate when the sent one was added already, whatever key and id it has', async () => {
    const first = await bySocket();
    const again = { ...first, kind: 'duplicate', messageId: 'm1' };
    expect(await byBackend('k1', 'of-the-backend')).toMatchObject(again);
    expect(await inLog()).toBe(1);
  });

  test('takes the place of a claim and of a refusal', async () => {
    const key = fixture.keys.once(chatId, 'c', [chatId, sent.user, sent.clientMessageId]);
    for (const value of ['~token', '!verdict']) {
      await fixture.redis.set(key, value);
      expect(await byBackend(value, `of-${value}`)).toMatchObject({ kind: 'appended' });
      expect(await bySocket()).toMatchObject({ kind: 'duplicate', messageId: `of-${value}` });
      expect(await fixture.redis.pttl(key)).toBeGreaterThan(23 * 3_600_000);
    }
  });

  test('of one person is none of another', async () => {
    await byBackend('k1', 'of-the-backend');
    const other = { ...sent, user: 'operator:5' } as const;
    expect(await append({ fulfils: other })).toMatchObject({ kind: 'appended' });
  });
});
