/**
 * `connected` on `/chat`, put together from ready JSON: the members of a room are encoded once for all
 * who share a reading of them, what is the same for everyone once for this process.
 */
import {
  connectedHeartbeat,
  connectedLimits,
  encodeAnswerAround,
  type Limits,
} from '@switchboard/protocol';
import type { ChatSession } from '../session/session.ts';
import type { Snapshot } from './snapshot.ts';

export interface ConnectedContent extends Snapshot {
  readonly position: string;
  /** Present when `since` was given: whether it is honoured. */
  readonly resumed: boolean | undefined;
}

/** The frame for one session. */
export type EncodeConnected = (session: ChatSession, content: ConnectedContent) => string;

export interface ConnectedFrameOptions {
  readonly limits: Limits;
  /** Milliseconds since the epoch, Redis' clock. */
  readonly now: () => number;
}

export function createConnectedFrame({ limits, now }: ConnectedFrameOptions): EncodeConnected {
  const limitsJson = JSON.stringify(connectedLimits(limits));
  const heartbeatJson = JSON.stringify(connectedHeartbeat(limits));
  return (session, { membersJson, total, position, resumed }) => {
    const { chatId } = session;
    const dataJson = `{${[
      `"session_id":${JSON.stringify(session.id)}`,
      `"user":${session.identity.userJson}`,
      `"chat_id":${JSON.stringify(chatId)}`,
      `"members":${membersJson}`,
      `"members_total":${total}`,
      ...(resumed === undefined ? [] : [`"resumed":${resumed}`]),
      `"position":${JSON.stringify(position)}`,
      `"limits":${limitsJson}`,
      `"heartbeat":${heartbeatJson}`,
    ].join(',')}}`;
    return encodeAnswerAround('connected', dataJson, { ts: new Date(now()).toISOString(), chatId });
  };
}
