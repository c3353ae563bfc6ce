/** Warns a session before its token ends, and ends the session with it. */
import { encodeAnswer } from '@switchboard/protocol';
import type { Wheel } from '../clock/wheel.ts';
import type { Session } from './session.ts';

export interface TokenClockOptions {
  readonly wheel: Wheel;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How long before the end a session is warned, ms. */
  readonly warnBeforeMs: number;
}

export interface TokenClock {
  /** Starts with the session's present token; a clock that runs for it is stopped first. */
  start(session: Session): void;
}

export function createTokenClock({ wheel, now, warnBeforeMs }: TokenClockOptions): TokenClock {
  const warn = (session: Session) => {
    // Who is joining is told `connected` first, and then warned.
    if (session.phase !== 'live') return;
    const expiresInMs = Math.max(0, session.token.expiresAtMs - now());
    const ts = new Date(now()).toISOString();
    session.send(encodeAnswer('tokenExpiring', { expires_in_ms: expiresInMs }, { ts }));
  };
  return {
    start(session) {
      session.stopTokenClock();
      const lifeMs = Math.max(0, session.token.expiresAtMs - now());
      const stopWarning = wheel.after(Math.max(0, lifeMs - warnBeforeMs), () => warn(session));
      const stopEnd = wheel.after(lifeMs, () => session.end('token_expired'));
      session.stopTokenClock = () => {
        stopWarning();
        stopEnd();
      };
    },
  };
}
