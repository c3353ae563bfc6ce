/** Where a connection gets its tokens from: the one of the sign-in, then those that a person gives. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { TokenProvider } from '@switchboard/client';
import { readClaims } from './claims.ts';

/** `doubted`: connects fail, and nobody can see why; the token at hand has not ended. */
export type Wanted = 'expired' | 'expiring' | 'doubted';

export interface TokenRenewal {
  /** For any number of connections: they share one question. */
  readonly provide: TokenProvider;
  /** Why a new token would be good; undefined while none is needed. */
  readonly wanted: ReadonlySignal<Wanted | undefined>;
  give(token: string): void;
  /** A connection was made: the token at hand serves. */
  taken(): void;
}

export function createTokenRenewal(first: string): TokenRenewal {
  let current = first;
  const wanted = signal<Wanted | undefined>(undefined);
  const waiting = new Set<(token: string) => void>();
  return {
    wanted,
    provide(reason) {
      if (reason === 'connect') return current;
      if (reason === 'expired' && isAlive(current)) {
        // Mostly there is no network: a person's answer must not be what it takes to come back.
        wanted.value ??= 'doubted';
        return current;
      }
      wanted.value = reason;
      return new Promise((resolve) => waiting.add(resolve));
    },
    give(token) {
      current = token;
      wanted.value = undefined;
      for (const resolve of waiting) resolve(token);
      waiting.clear();
    },
    taken() {
      if (wanted.peek() === 'doubted') wanted.value = undefined;
    },
  };
}

function isAlive(token: string): boolean {
  const claims = readClaims(token);
  return claims !== undefined && (claims.exp === undefined || claims.exp * 1000 > Date.now());
}
