/**
 * `updateTyping` may be called with every key: what is told is as much as the protocol wants, which
 * ends an indicator after `typing_ttl_ms` and wants it repeated every `typing_repeat_ms`.
 */
import type { OutgoingTyping, SessionLimits } from './server-data.ts';

export interface TypingPace {
  /** Whether this is to be told now. */
  isDue(typing: OutgoingTyping, limits: SessionLimits): boolean;
  /** A message was sent, or the connection is another one: the indicator is gone. */
  reset(): void;
}

/** @param now ms, by a clock that never steps back */
export function createTypingPace(now: () => number): TypingPace {
  let toldAtMs = -Infinity;
  return {
    isDue({ is_typing }, { typing_repeat_ms, typing_ttl_ms }) {
      const sinceMs = now() - toldAtMs;
      const isDue =
        sinceMs >= (is_typing ? typing_repeat_ms : 0) && (is_typing || sinceMs < typing_ttl_ms);
      if (isDue) toldAtMs = is_typing ? now() : -Infinity;
      return isDue;
    },
    reset: () => void (toldAtMs = -Infinity),
  };
}
