import { messageAdded, type Message } from '@switchboard/protocol';
import type { BusEvent } from '@switchboard/bus';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWheel } from '../clock/wheel.ts';
import { chatSession } from '../test/fakes.ts';
import { createPostedCopies } from './posted-copies.ts';

/** As the bus gives it. */
const event = (message: object, name = 'messageAdded'): BusEvent => {
  const posted = { id: 'm', chat_id: 'chat', type: 'standard', text: 'x', ...message } as Message;
  const { room } = messageAdded(posted, { eventId: 'e', ts: '2026-01-01T00:00:00.000Z' });
  return {
    name,
    eventId: 'e',
    audience: room!.audience,
    routing: '-',
    position: '1',
    frame: Buffer.from(`{"event":"${name}","data":${room!.data}}`),
  };
};

const ann = { id: 'ann', role: 'client' };
const own = { client_message_id: 'c"1', user: ann };

describe('a message that the backend posts', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const expected = (requestId?: string) => {
    const copies = createPostedCopies(createWheel());
    const session = chatSession('ann');
    return { copies, session, copy: copies.expect(session, 'c"1', requestId) };
  };

  it('is that of its sender, once', async () => {
    const { copies, session, copy } = expected('r');
    const taken = copies.take('chat', event(own));
    expect(taken?.awaited).toMatchObject({ session, requestId: 'r' });
    expect(copy.state).toBe('awaited');
    taken?.settle();
    expect(await copy.within(1_000)).toBe('passed');
    expect(copies.take('chat', event(own))).toBeUndefined();
  });

  it.each([
    ['another id', { ...own, client_message_id: 'c1' }],
    ['another user', { ...own, user: { id: 'bob', role: 'client' } }],
    ['the same id as an operator', { ...own, user: { id: 'ann', role: 'operator' } }],
    ['the id in its text', { user: ann, text: 'about "c\\"1"' }],
    ['no user', { client_message_id: 'c"1' }],
  ])('is not it with %s', (_, message) => {
    const { copies } = expected();
    expect(copies.take('chat', event(message))).toBeUndefined();
    expect(copies.take('chat', event(own))).toBeDefined();
  });

  it('is not it in another chat, nor as another event', () => {
    const { copies } = expected();
    expect(copies.take('elsewhere', event(own))).toBeUndefined();
    expect(copies.take('chat', event(own, 'messageUpdated'))).toBeUndefined();
  });

  it('that its sender may not see is known to be there', async () => {
    const { copies, copy } = expected();
    expect(copies.take('chat', event({ ...own, type: 'note' }))).toBeUndefined();
    expect(await copy.within(1_000)).toBe('hidden');
  });

  it('is waited for until it is too late, or its sender has left', async () => {
    const { copies, session, copy } = expected();
    const late = copy.within(1_000);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(await late).toBe('awaited');
    const gone = copy.within(1_000);
    copies.forget(chatSession('ann'));
    copies.forget(session);
    expect(await gone).toBe('gone');
  });

  it('is not waited for after the end', () => {
    const { copies, copy } = expected();
    copy.end();
    expect(copies.take('chat', event(own))).toBeUndefined();
  });
});
