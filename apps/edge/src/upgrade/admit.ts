/**
 * May this connect come in? Pure and synchronous: the request must not be awaited over, and what
 * needs Redis (revoked tokens, live sources) is asked when the socket is open.
 */
import { mayJoin, type Claims, type Limits } from '@switchboard/protocol';
import { identityOf, type Identity } from '../session/identity.ts';
import { lifeOf, type TokenLife } from '../token/token-life.ts';
import type { TokenVerdict } from '../token/verify-token.ts';
import { findBearer } from './bearer.ts';
import { readConnectQuery, type ConnectQuery } from './connect-query.ts';
import type { Closed, Door } from './door.ts';
import type { OriginCheck } from './origin.ts';
import { refuseByHttp, refuseCredential, type HttpRefusal, type SocketRefusal } from './refusal.ts';
import type { UpgradeHead } from './upgrade-head.ts';

/** What a socket may do and wants, as admitted. */
export type Ticket = ChatTicket | BroadcastTicket;

interface TicketBase {
  readonly identity: Identity;
  readonly token: TokenLife;
  readonly since?: string;
  readonly history?: number;
  readonly app?: string;
}

export interface ChatTicket extends TicketBase {
  readonly socket: 'chat';
  readonly chatId: string;
  /** An operator who reads along without being told to anyone. */
  readonly observe: boolean;
}

export interface BroadcastTicket extends TicketBase {
  readonly socket: 'broadcast';
}

export type Decision =
  | { readonly kind: 'admitted'; readonly ticket: Ticket; readonly subprotocol: string }
  | HttpRefusal
  | (SocketRefusal & { readonly subprotocol: string });

export interface AdmissionRules {
  readonly isAllowedOrigin: OriginCheck;
  readonly verify: (token: string) => TokenVerdict<Claims>;
  readonly door: Door;
  readonly limits: Limits;
}

export function admit(head: UpgradeHead, rules: AdmissionRules): Decision {
  if (!rules.isAllowedOrigin(head.origin)) {
    return refuseByHttp('forbidden', { detail: 'this Origin is not allowed' });
  }
  const closed = rules.door.closedTo(head.peer);
  if (closed !== undefined) return turnAway(closed);
  const params = new URLSearchParams(head.query);
  const read = readConnectQuery(params, rules.limits);
  if (!read.ok) return badQuery(read.field, read.rule);
  const { token, subprotocol } = findBearer(head, params);
  const decision = judge(head, rules.verify(token), read.query);
  if (decision.kind === 'http') return decision;
  const tooOften =
    decision.kind === 'admitted' && rules.door.closedToUser(decision.ticket.identity.key);
  return tooOften ? turnAway(tooOften) : { ...decision, subprotocol };
}

function turnAway({ code, retryAfterSeconds }: Closed): HttpRefusal {
  return refuseByHttp(code, { retryAfterSeconds });
}

type Judgement =
  | { readonly kind: 'admitted'; readonly ticket: Ticket }
  | HttpRefusal
  | SocketRefusal;

function judge(head: UpgradeHead, verdict: TokenVerdict<Claims>, query: ConnectQuery): Judgement {
  if (!verdict.ok) {
    const why = verdict.problem === 'expired' ? 'token_expired' : 'token_invalid';
    return refuseCredential(why, head.origin, verdict.reason);
  }
  const identity = identityOf(verdict.claims);
  const { since, history, app } = query;
  const ticket = {
    identity,
    token: lifeOf(verdict),
    ...(since !== undefined && { since }),
    ...(history !== undefined && { history }),
    ...(app !== undefined && { app }),
  };
  return head.socket === 'chat'
    ? judgeChat(head, { ...ticket, socket: 'chat' }, query)
    : judgeBroadcast(head, { ...ticket, socket: 'broadcast' });
}

function judgeBroadcast(head: UpgradeHead, ticket: BroadcastTicket): Judgement {
  if (ticket.identity.role === 'operator') return { kind: 'admitted', ticket };
  return refuseCredential('not_allowed', head.origin, 'only operators may listen to /broadcast');
}

function judgeChat(
  head: UpgradeHead,
  base: TicketBase & { readonly socket: 'chat' },
  query: ConnectQuery,
): Judgement {
  const { claims, role } = base.identity;
  const chatId = query.chatId ?? (claims.role === 'client' ? claims.chat_id : undefined);
  if (chatId === undefined) return badQuery('chat_id', 'is required for an operator');
  if (!mayJoin(claims, chatId)) {
    return refuseCredential('not_allowed', head.origin, 'the token does not allow this room');
  }
  const observe = query.observe && role === 'operator';
  return { kind: 'admitted', ticket: { ...base, chatId, observe } };
}

function badQuery(field: string, detail: string): HttpRefusal {
  return refuseByHttp('validation_failed', { status: 400, field, detail });
}
