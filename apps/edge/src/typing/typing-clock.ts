/** Who is typing where: an indicator that is not renewed ends by itself. */
import type { Cancel, Wheel } from '../clock/wheel.ts';
import type { ChatSession } from '../session/session.ts';

export interface Indicator {
  readonly session: ChatSession;
  readonly isPrivate: boolean;
}

export interface TypingClock {
  /** Starts or renews the user's indicator in the room; gives the one that was there. */
  renew(session: ChatSession, isPrivate: boolean): Indicator | undefined;
  /** The user's indicator in the room, if there is one. */
  running(session: ChatSession): Indicator | undefined;
  /** Ends the user's indicator, if there is one: whoever ended it tells the room. */
  end(session: ChatSession): Indicator | undefined;
  /** Ends it if it is this very session's: another tab of the user may go on typing. */
  endOf(session: ChatSession): Indicator | undefined;
}

export interface TypingClockOptions {
  readonly wheel: Wheel;
  readonly ttlMs: number;
  /** An indicator has ended by itself. */
  readonly onEnd: (indicator: Indicator) => void;
}

export function createTypingClock({ wheel, ttlMs, onEnd }: TypingClockOptions): TypingClock {
  const running = new Map<string, Indicator & { readonly stop: Cancel }>();

  const end = (session: ChatSession) => {
    const known = running.get(typingKey(session));
    if (known === undefined) return undefined;
    known.stop();
    running.delete(typingKey(session));
    return known;
  };
  return {
    renew(session, isPrivate) {
      const known = end(session);
      const stop = wheel.after(ttlMs, () => {
        running.delete(typingKey(session));
        onEnd({ session, isPrivate });
      });
      running.set(typingKey(session), { session, isPrivate, stop });
      return known;
    },
    running: (session) => running.get(typingKey(session)),
    end,
    endOf: (session) =>
      running.get(typingKey(session))?.session === session ? end(session) : undefined,
  };
}

export function typingKey({ identity, chatId }: ChatSession): string {
  return JSON.stringify([identity.key, chatId]);
}
