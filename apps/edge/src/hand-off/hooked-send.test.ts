/** Where a backend that answers 202 leaves a sender who has gone; the rest is told in the stories of e2e. */
import { expect, it, vi } from 'vitest';
import type { SendMessageParts } from '../command/send-message.ts';
import { createWheel } from '../clock/wheel.ts';
import { createAwaitedEvents } from '../session/awaited-events.ts';
import { chatSession } from '../test/fakes.ts';
import { createHookedSend, type HookedSendParts } from './hooked-send.ts';
import { createPostedCopies } from './posted-copies.ts';
import { createSendLines } from './send-lines.ts';

const ts = '2026-01-01T00:00:00.000Z';

const create = (ask: HookedSendParts['hook']['ask']) => {
  const wheel = createWheel();
  const release = vi.fn(async () => undefined);
  const stop = new AbortController();
  const claims = {
    claim: async () => ({ kind: 'claimed' as const }),
    renew: async () => true,
    settle: async () => undefined,
    release,
  };
  const copies = createPostedCopies(wheel);
  const lines = createSendLines({ waitingMax: 50, callsMax: 8 });
  const send = createHookedSend({
    hook: { ask },
    read: (message) => message,
    copies,
    lines,
    claim: {
      claims,
      wheel,
      newToken: () => 'token',
      monotonicNow: () => performance.now(),
      random: Math.random,
      stopping: stop.signal,
      onWarning: vi.fn(),
    },
    send: {
      awaited: createAwaitedEvents(),
      newStamp: () => ({ eventId: 'e', ts }),
      newId: () => 'minted',
      refuseIfClosed: false,
    } as unknown as SendMessageParts,
    ts: () => ts,
    isReady: () => true,
    isClosed: async () => false,
    warn: vi.fn(),
    timeoutMs: 10_000,
    deferMaxMs: 60_000,
    stopping: stop.signal,
  });
  return { send, release, stop, lines };
};

const command = { data: { text: 'x', client_message_id: 'c1' } };

it('who has gone before the 202 came is not waited for, so that it may ask again elsewhere', async () => {
  const session = chatSession('ann');
  const { send, release, lines } = create(async () => {
    session.over();
    return { kind: 'deferred' };
  });
  lines.enter('chat');
  await send(session, command);
  expect(release).toHaveBeenCalledOnce();
});

it('nor is anybody by a process that stops', async () => {
  const { send, release, stop, lines } = create(async () => {
    stop.abort();
    return { kind: 'deferred' };
  });
  lines.enter('chat');
  await send(chatSession('ann'), command);
  expect(release).toHaveBeenCalledOnce();
  expect(lines.waiting).toBe(0);
});
