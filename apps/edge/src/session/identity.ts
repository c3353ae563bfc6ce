/** Who is behind a socket, as its token says. */
import {
  userOfClaims,
  type Claims,
  type Sources,
  type User,
  type UserKey,
} from '@switchboard/protocol';

export interface Identity {
  readonly userId: string;
  readonly role: 'client' | 'operator';
  /** The same id as client and as operator is two users. */
  readonly key: UserKey;
  /** As everyone in a room may see it. */
  readonly user: User & { readonly role: 'client' | 'operator' };
  readonly userJson: string;
  readonly claims: Claims;
}

/** Which chats are pushed to an operator whose token names none: all. */
const allSources: Sources = { widgets: null, departments: null };

export function identityOf(claims: Claims): Identity {
  const user = userOfClaims(claims) as Identity['user'];
  return {
    userId: claims.sub,
    role: claims.role,
    key: `${claims.role}:${claims.sub}`,
    user,
    userJson: JSON.stringify(user),
    claims,
  };
}

/** A refreshed token may not turn a session into somebody else's. */
export function isSameHolder(known: Identity, other: Identity): boolean {
  if (known.key !== other.key) return false;
  return roomOf(known.claims) === roomOf(other.claims);
}

export function sourcesOfClaims(claims: Claims): Sources {
  return (claims.role === 'operator' && claims.sources) || allSources;
}

function roomOf(claims: Claims): string | undefined {
  return claims.role === 'client' ? claims.chat_id : undefined;
}
