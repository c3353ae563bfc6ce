/**
 * Answers that are events: a sender is answered by its own event at its place in the room's order,
 * so the socket waits here for the event to pass the follower. An answer sent when the append
 * returns would overtake earlier events, and a resume after it would lose them.
 */
import type { ChatSession, Session } from './session.ts';

export interface Awaited {
  readonly session: ChatSession;
  readonly requestId: string | undefined;
  /** Resolves when the event has passed, or is not waited for any more. */
  readonly passed: Promise<void>;
}

export interface AwaitedEvents {
  /** To be called before the append: the event may come before the append's answer. */
  expect(eventId: string, session: ChatSession, requestId: string | undefined): Awaited;
  /** Whoever waits for this event, once. */
  take(eventId: string): { readonly awaited: Awaited; readonly settle: () => void } | undefined;
  /** It will not come. False: it has passed already. */
  cancel(eventId: string): boolean;
  isAwaited(eventId: string): boolean;
  /** The session has ended. */
  forget(session: Session): void;
}

interface Entry {
  readonly awaited: Awaited;
  readonly settle: () => void;
}

export function createAwaitedEvents(): AwaitedEvents {
  const byEvent = new Map<string, Entry>();
  const bySession = new Map<Session, Set<string>>();

  const take = (eventId: string): Entry | undefined => {
    if (byEvent.size === 0) return undefined;
    const entry = byEvent.get(eventId);
    if (entry === undefined) return undefined;
    byEvent.delete(eventId);
    const { session } = entry.awaited;
    const others = bySession.get(session);
    others?.delete(eventId);
    if (others?.size === 0) bySession.delete(session);
    return entry;
  };
  const cancel = (eventId: string): boolean => {
    const entry = take(eventId);
    entry?.settle();
    return entry !== undefined;
  };

  return {
    expect(eventId, session, requestId) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const awaited = { session, requestId, passed: promise };
      byEvent.set(eventId, { awaited, settle: resolve });
      const others = bySession.get(session) ?? new Set();
      bySession.set(session, others.add(eventId));
      return awaited;
    },
    take,
    cancel,
    isAwaited: (eventId) => byEvent.has(eventId),
    forget(session) {
      for (const eventId of bySession.get(session) ?? []) cancel(eventId);
    },
  };
}
