/** The first token of the widget: without it nobody knows whose chat it is, and nothing can be shown. */
import type { TokenProvider } from '@switchboard/client';
import { readClaims, type Claims } from '../sign-in/claims.ts';

export interface FirstToken {
  readonly claims: Claims & { readonly chat_id: string };
  /** For the connection, which begins with the token that was read. */
  readonly token: string | TokenProvider;
}

export interface Patience {
  readonly wait: (ms: number) => Promise<void>;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Is told every attempt that failed. */
  readonly report: (error: unknown) => void;
}

const timeoutMs = 30_000;
const backoffBaseMs = 1_000;
const backoffMaxMs = 30_000;

/**
 * Asks until a visitor's token is given, with a random wait of up to 1 s after the first attempt, and up
 * to twice as long each further time, up to 30 s. Rejects only where the token is a plain string, and no
 * visitor's: there is no other.
 */
export async function firstToken(
  token: string | TokenProvider,
  { wait, random, report }: Patience,
): Promise<FirstToken> {
  if (typeof token === 'string') return { claims: visitorOf(token), token };
  const late = async () => {
    await wait(timeoutMs);
    throw new Error('Switchboard: no token was given');
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      const first = await Promise.race([token('connect'), late()]);
      return { claims: visitorOf(first), token: beginWith(first, token) };
    } catch (error) {
      report(error);
    }
    await wait(random() * Math.min(backoffMaxMs, backoffBaseMs * 2 ** attempt));
  }
}

function visitorOf(token: string): FirstToken['claims'] {
  const claims = readClaims(token);
  if (claims?.role !== 'client' || claims.chat_id === undefined)
    throw new Error('Switchboard: the token is not a visitor’s, with a chat_id');
  return { ...claims, chat_id: claims.chat_id };
}

function beginWith(first: string, next: TokenProvider): TokenProvider {
  let isFirst = true;
  return (reason) => {
    const given = isFirst ? first : next(reason);
    isFirst = false;
    return given;
  };
}
