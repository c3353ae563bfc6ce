/**
 * At most one `is_typing: true` of a user in a chat in so much time, from all tabs together. Only when it
 * was last told has to be known, and only for that long: two generations, no timer.
 */
import type { ChatSession } from '../session/session.ts';
import { typingKey } from './typing-clock.ts';

export interface TypingPace {
  /** True: this one is told, and none for a while. */
  take(session: ChatSession): boolean;
  /** The next one is told at once: what the user typed was sent, and the bound of messages bounds this too. */
  restart(session: ChatSession): void;
}

export interface TypingPaceOptions {
  /** 0: no limit. */
  readonly intervalMs: number;
  /** A clock that never steps back, ms. */
  readonly now: () => number;
}

export function createTypingPace({ intervalMs, now }: TypingPaceOptions): TypingPace {
  let recent = new Map<string, number>();
  let older = new Map<string, number>();
  let turnedAtMs = now();

  const turn = (nowMs: number) => {
    if (nowMs - turnedAtMs < intervalMs) return;
    // After twice the time nothing of the older generation counts either.
    older = nowMs - turnedAtMs < intervalMs * 2 ? recent : new Map();
    recent = new Map();
    turnedAtMs = nowMs;
  };
  return {
    take(session) {
      if (intervalMs === 0) return true;
      const nowMs = now();
      turn(nowMs);
      const key = typingKey(session);
      const toldAtMs = recent.get(key) ?? older.get(key);
      if (toldAtMs !== undefined && nowMs - toldAtMs < intervalMs) return false;
      recent.set(key, nowMs);
      return true;
    },
    restart(session) {
      const key = typingKey(session);
      recent.delete(key);
      older.delete(key);
    },
  };
}
