/**
 * `connected` on `/broadcast`, put together from ready JSON: the roster is encoded once for all who share a
 * reading of it, and is by far the longest part.
 */
import {
  connectedHeartbeat,
  connectedLimits,
  encodeAnswerAround,
  type Limits,
} from '@switchboard/protocol';
import type { DeskSession } from '../session/session.ts';
import type { RosterText } from './roster.ts';

export interface ConnectedContent {
  readonly roster: RosterText;
  readonly position: string;
  /** Present when `since` was given, or a log was lost: whether what was missed follows. */
  readonly resumed: boolean | undefined;
}

export interface ConnectedFrameOptions {
  readonly limits: Limits;
  /** Milliseconds since the epoch, Redis' clock. */
  readonly now: () => number;
}

export function connectedFrame(
  session: DeskSession,
  { roster, position, resumed }: ConnectedContent,
  { limits, now }: ConnectedFrameOptions,
): string {
  const dataJson = `{${[
    `"session_id":${JSON.stringify(session.id)}`,
    `"user":${session.identity.userJson}`,
    `"operators":${roster.operatorsJson}`,
    `"operators_total":${roster.total}`,
    ...(resumed === undefined ? [] : [`"resumed":${resumed}`]),
    `"position":${JSON.stringify(position)}`,
    `"limits":${JSON.stringify(connectedLimits(limits))}`,
    `"heartbeat":${JSON.stringify(connectedHeartbeat(limits))}`,
  ].join(',')}}`;
  return encodeAnswerAround('connected', dataJson, { ts: new Date(now()).toISOString() });
}
