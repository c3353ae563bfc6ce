/** What the backend is told of those who come and go. The random lives of presence-model.test.ts compare it, too. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presenceEntry } from '../hand-off/outbox-entry.ts';
import { encodeId } from '../redis/keys.ts';
import {
  type PresenceFixture,
  connected,
  describeFrame,
  join,
  leave,
  openPresenceFixture,
  session,
} from './presence.fixture.ts';

let fixture: PresenceFixture;
beforeAll(async () => void (fixture = await openPresenceFixture()));
afterAll(() => fixture.close());

describe('the outbox', () => {
  test('is given whose first session comes and whose last one goes, as operators read it', async () => {
    const edge = await fixture.enteredEdge('one');
    const room = { chatId: `chat:${crypto.randomUUID()}` };
    for (const sessionId of ['a', 'b']) await join(edge, session(room, 'client:1', sessionId));
    for (const sessionId of ['a', 'b']) await leave(edge, session(room, 'client:1', sessionId));
    const handedOn = await fixture.handedOn(room);
    expect(handedOn.map(({ chat }) => chat)).toEqual(Array(2).fill(encodeId(room.chatId)));
    expect(handedOn.map(({ frame }) => frame)).toMatchObject([
      { event: 'userConnected', chat_id: room.chatId, data: { user: { id: '1' } } },
      { event: 'userDisconnected', chat_id: room.chatId, data: { user: { id: '1' } } },
    ]);
    for (const { frame } of handedOn) expect(frame).not.toHaveProperty('position');
  });

  test('is given operators at their desks without a chat', async () => {
    const edge = await fixture.enteredEdge('one');
    await join(edge, session('desk', 'operator:outbox', 'a'));
    await leave(edge, session('desk', 'operator:outbox', 'a'));
    const handedOn = await fixture.handedOn('desk');
    expect(handedOn.slice(-2).map(({ chat, frame }) => [chat, describeFrame(frame)])).toEqual([
      ['-', '+outbox'],
      ['-', '-outbox'],
    ]);
  });

  test('is given the end of those whose node died, and of nobody whose coming was not told', async () => {
    const [dead, other] = [await fixture.enteredEdge('dead'), await fixture.enteredEdge('other')];
    const room = { chatId: crypto.randomUUID() };
    await join(dead, session(room, 'client:1', 'a'));
    await dead.presence.join(session(room, 'client:2', 'b'), undefined);
    await fixture.endLease('dead');
    await other.clean();
    const handedOn = await fixture.handedOn(room);
    expect(handedOn.map(({ frame }) => describeFrame(frame))).toEqual(['+1', '-1']);
  });

  test('is given nothing of a kind that was not chosen', () => {
    const room = connected({ chatId: 'chat' }, 'client:1', '{}');
    const desk = connected('desk', 'operator:1', '{}');
    const isGiven = (event: typeof room, kind: 'users' | 'operators') =>
      presenceEntry(event, new Set([kind])).frame !== '';
    expect([isGiven(room, 'users'), isGiven(desk, 'operators')]).toEqual([true, true]);
    expect([isGiven(room, 'operators'), isGiven(desk, 'users')]).toEqual([false, false]);
  });
});
