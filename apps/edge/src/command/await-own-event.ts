/**
 * Waits for the own copy of an event whose append has been answered. The append's answer is no more
 * than an alarm: when the copy is overdue, the log is asked for it.
 */
import type { Wheel } from '../clock/wheel.ts';
import type { Awaited, AwaitedEvents } from '../session/awaited-events.ts';

export interface OwnEventParts {
  readonly awaited: AwaitedEvents;
  readonly wheel: Wheel;
  /** Asks the log of the room at once. */
  readonly check: (chatId: string) => void;
  /** How long a copy may take before the log is asked, ms. */
  readonly overdueAfterMs: number;
  /** How long the socket's next command waits for it at most, ms. */
  readonly waitMaxMs: number;
}

/** Resolves when the event has passed or the wait is over; it never rejects. */
export function awaitOwnEvent(eventId: string, own: Awaited, parts: OwnEventParts): Promise<void> {
  const { awaited, wheel, check, overdueAfterMs, waitMaxMs } = parts;
  // Mostly it comes before the append's answer is handled.
  if (!awaited.isAwaited(eventId)) return own.passed;
  return new Promise((resolve) => {
    const ask = () => {
      if (!awaited.isAwaited(eventId)) return;
      check(own.session.chatId);
      cancelAsking = wheel.after(overdueAfterMs, ask);
    };
    let cancelAsking = wheel.after(overdueAfterMs, ask);
    const cancelWaiting = wheel.after(waitMaxMs, resolve);
    void own.passed.then(() => {
      cancelAsking();
      cancelWaiting();
      resolve();
    });
  });
}
