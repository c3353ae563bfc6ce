/** The token at hand, and who gives the next one. One question at a time. */
import type { TokenProvider, TokenReason } from './options.ts';

export interface TokenSource {
  /** The last one that was given. */
  current(): string;
  /** One of the callbacks follows, later. While a question is open, another one is that question. */
  ask(reason: TokenReason): void;
}

export interface TokenCallbacks {
  readonly given: () => void;
  readonly failed: (error: unknown) => void;
}

export function createTokenSource(
  token: string | TokenProvider,
  { given, failed }: TokenCallbacks,
): TokenSource {
  const provider = typeof token === 'string' ? () => token : token;
  let current = '';
  let isAsking = false;
  const answer = async (reason: TokenReason) => {
    try {
      current = await provider(reason);
    } catch (error) {
      isAsking = false;
      return failed(error);
    }
    isAsking = false;
    given();
  };
  return {
    current: () => current,
    ask(reason) {
      if (isAsking) return;
      isAsking = true;
      void answer(reason);
    },
  };
}
