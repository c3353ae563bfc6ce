/** Who holds a token, as revocations want to know it. */
import type { TokenHolder } from '@switchboard/bus';
import type { Session } from '../session/session.ts';
import type { TokenLife } from './token-life.ts';

/** `iat` is in whole seconds, and its clock is not Redis': so much younger it may be than it says, ms. */
const issuedSlackMs = 2_000;

/** Before it is let in: known by when its token says that it was issued. A room is revoked with the tokens that are for it alone. */
export function holderOf(session: Session, { tokenId, issuedAtMs }: TokenLife): TokenHolder {
  const { userId, claims } = session.identity;
  return {
    tokenId,
    userId,
    knownSinceMs: (issuedAtMs ?? Infinity) + issuedSlackMs,
    ...(claims.role === 'client' && { chatId: claims.chat_id }),
  };
}

/** Of one that is in: its token was there when it came. */
export function holderInside(session: Session): TokenHolder {
  const holder = holderOf(session, session.token);
  return {
    ...holder,
    knownSinceMs: Math.min(holder.knownSinceMs, session.openedAtMs),
    sessionId: session.id,
    ...(session.socket === 'chat' && { chatId: session.chatId }),
  };
}
