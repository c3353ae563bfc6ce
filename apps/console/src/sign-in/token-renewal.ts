/** Where a connection gets its tokens from: the one of the sign-in, then those that a person gives. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { TokenProvider } from '@switchboard/client';

export interface TokenRenewal {
  /** For any number of connections: they share one question. */
  readonly provide: TokenProvider;
  /** Why a new token is waited for; undefined while none is. */
  readonly wanted: ReadonlySignal<'expired' | 'expiring' | undefined>;
  give(token: string): void;
}

export function createTokenRenewal(first: string): TokenRenewal {
  let current = first;
  const wanted = signal<'expired' | 'expiring' | undefined>(undefined);
  const waiting = new Set<(token: string) => void>();
  return {
    wanted,
    provide(reason) {
      if (reason === 'connect') return current;
      wanted.value = reason;
      return new Promise((resolve) => waiting.add(resolve));
    },
    give(token) {
      current = token;
      wanted.value = undefined;
      for (const resolve of waiting) resolve(token);
      waiting.clear();
    },
  };
}
