/** `refreshToken`: a new token for the same holder keeps the socket open. */
import type { Control } from '@switchboard/bus';
import { encodeAnswer, mayJoin, type Claims } from '@switchboard/protocol';
import { identityOf, isSameHolder } from '../session/identity.ts';
import type { Session } from '../session/session.ts';
import type { TokenClock } from '../session/token-clock.ts';
import { holderOf } from '../token/holder-of.ts';
import { lifeOf } from '../token/token-life.ts';
import type { TokenVerdict, VerifiedToken } from '../token/verify-token.ts';
import { errorFrame, only, type Answer, type AnswerContext } from './answer.ts';

export interface RefreshTokenParts {
  readonly verify: (token: string) => TokenVerdict<Claims>;
  readonly control: Pick<Control, 'isDenied'>;
  readonly tokenClock: TokenClock;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export async function refreshToken(
  session: Session,
  token: string,
  parts: RefreshTokenParts & { readonly context: AnswerContext },
): Promise<Answer> {
  const verdict = parts.verify(token);
  const problem = verdict.ok ? await problemOf(session, verdict, parts) : verdict.reason;
  if (!verdict.ok || problem !== undefined) {
    return only(
      errorFrame('token_invalid', parts.context, { message: problem ?? '', field: 'token' }),
    );
  }
  session.token = lifeOf(verdict);
  if (session.phase === 'live') parts.tokenClock.start(session);
  const data = { expires_in_ms: Math.max(0, Math.round(verdict.expiresAtMs - parts.now())) };
  return only(encodeAnswer('tokenRefreshed', data, parts.context));
}

async function problemOf(
  session: Session,
  verdict: VerifiedToken<Claims>,
  { control }: RefreshTokenParts,
): Promise<string | undefined> {
  const { claims } = verdict;
  if (!isSameHolder(session.identity, identityOf(claims)))
    return 'it is of another user, role or chat';
  if (session.socket === 'chat' && !mayJoin(claims, session.chatId))
    return 'it does not allow this room';
  const holder = holderOf(session, lifeOf(verdict));
  return (await control.isDenied(holder)) ? 'it was revoked' : undefined;
}
