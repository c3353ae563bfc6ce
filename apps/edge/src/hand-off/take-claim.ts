/** One process at a time asks the backend about a message: waits for its turn, and keeps it while it asks. */
import { BusUnavailable, type Claims, type SentMessageKey } from '@switchboard/bus';
import type { Cancel, Wheel } from '../clock/wheel.ts';

export interface ClaimParts {
  readonly claims: Claims;
  readonly wheel: Wheel;
  /** One that nobody else has. */
  readonly newToken: () => string;
  /** A clock that never steps back, ms. */
  readonly monotonicNow: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** The process ends: nobody else's claim is waited for. */
  readonly stopping: AbortSignal;
  readonly onWarning: (message: string, details: Record<string, unknown>) => void;
}

export interface HeldClaim {
  /** Keeps a refusal; whoever sends the message again is told it. */
  settle(verdict: string): Promise<void>;
  /** The next one may ask. */
  release(): void;
  /** The message is in the log, which is the end of the claim. */
  end(): void;
}

export type ClaimTaken =
  | { readonly kind: 'claimed'; readonly claim: HeldClaim }
  | { readonly kind: 'added' }
  | { readonly kind: 'decided'; readonly verdict: string }
  /** Somebody else has it for longer than the sender waits. */
  | { readonly kind: 'busy' }
  /** Redis is away. */
  | { readonly kind: 'unavailable' };

/** A process that dies is waited for this long by who asks next, ms. */
const leaseMs = 3_000;
const renewEveryMs = 1_000;
/** Between two looks at a claim that another has, ms. */
const pauseMs = { first: 100, most: 500 };

/** @param untilMs by `monotonicNow`: how long somebody else's claim is waited for */
export async function takeClaim(
  message: SentMessageKey,
  untilMs: number,
  parts: ClaimParts,
): Promise<ClaimTaken> {
  const token = parts.newToken();
  try {
    for (let pause = pauseMs.first; ; pause = Math.min(pause * 1.5, pauseMs.most)) {
      const outcome = await parts.claims.claim(message, token, leaseMs);
      if (outcome.kind === 'claimed')
        return { kind: 'claimed', claim: hold({ message, token }, parts) };
      if (outcome.kind !== 'busy') return outcome;
      if (parts.stopping.aborted || parts.monotonicNow() + pause > untilMs) return outcome;
      await wait(pause * (0.75 + parts.random() / 2), parts.wheel);
    }
  } catch (error) {
    if (error instanceof BusUnavailable) return { kind: 'unavailable' };
    throw error;
  }
}

function wait(ms: number, wheel: Wheel): Promise<void> {
  return new Promise((resolve) => {
    wheel.after(ms, resolve);
  });
}

/** The claim of a message that nobody can send again: it has no id of the client's. */
export const unclaimed: HeldClaim = {
  settle: () => Promise.resolve(),
  release: () => undefined,
  end: () => undefined,
};

function hold(
  { message, token }: { message: SentMessageKey; token: string },
  { claims, wheel, onWarning }: ClaimParts,
): HeldClaim {
  let isHeld = true;
  let cancel: Cancel = () => undefined;
  /** Lost or not, the lease says it: the backend answers the same to whoever asks under the same key. */
  const given = (error: unknown) => {
    if (!(error instanceof BusUnavailable)) onWarning('a claim could not be kept', { err: error });
    return undefined;
  };
  const renewLater = () => {
    cancel = wheel.after(renewEveryMs, () => {
      void claims
        .renew(message, token, leaseMs)
        .catch(given)
        .then(() => isHeld && renewLater());
    });
  };
  const end = () => {
    isHeld = false;
    cancel();
  };
  renewLater();
  return {
    async settle(verdict) {
      end();
      await claims.settle(message, token, verdict).catch(given);
    },
    release() {
      end();
      void claims.release(message, token).catch(given);
    },
    end,
  };
}
