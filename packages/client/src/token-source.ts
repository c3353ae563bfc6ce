/** The token at hand, and who gives the next one. One question at a time, unless one is left. */
import type { TokenProvider, TokenReason } from './options.ts';

export interface TokenSource {
  /** The last one that was given. */
  current(): string;
  /** One of the callbacks follows, later. While a question is open, another one is that question. */
  ask(reason: TokenReason): void;
  /**
   * The open question has failed: the next `ask` is another one. Its answer still counts when it
   * comes after all, unless a later question was answered before.
   */
  leave(): void;
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
  let asked = 0;
  let answered = 0;
  /** The number of the question; 0: there is none. */
  let open = 0;
  const fail = (error: unknown) => {
    open = 0;
    failed(error);
  };
  const answer = async (reason: TokenReason, question: number) => {
    let token: string;
    try {
      token = await provider(reason);
    } catch (error) {
      if (question === open) fail(error);
      return;
    }
    if (question === open) open = 0;
    if (question < answered) return;
    answered = question;
    current = token;
    given();
  };
  return {
    current: () => current,
    ask(reason) {
      if (open > 0) return;
      open = asked += 1;
      void answer(reason, open);
    },
    leave: () => fail(new Error('The token provider does not answer')),
  };
}
