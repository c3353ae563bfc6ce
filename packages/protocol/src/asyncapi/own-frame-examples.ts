/** One or more examples of every server frame that is our own. */
import type { ServerEvent, seedServerEvents } from '../frames/server-frames.ts';
import { connectedHeartbeat, connectedLimits, defaultLimits } from '../limits.ts';
import { anna, at, chatId, maria } from './example-entities.ts';
import { room } from './example-envelope.ts';
import type { Example } from './example.ts';

type OwnEvent = Exclude<ServerEvent, (typeof seedServerEvents)[number]>;

export const ownFrameExamples: Record<OwnEvent, Example[]> = {
  connected: [
    {
      name: 'room',
      summary: 'A visitor joined its room again and gets what it missed',
      payload: {
        event: 'connected',
        ts: at('09:21:30.000'),
        ...room,
        data: {
          session_id: 's-7f3a',
          user: anna,
          chat_id: chatId,
          members: [anna, maria],
          members_total: 2,
          resumed: true,
          position: '1772442840000-0.5a5a01',
          limits: connectedLimits(defaultLimits),
          heartbeat: connectedHeartbeat(defaultLimits),
        },
      },
    },
    {
      name: 'desk',
      summary: 'An operator opened the desk',
      payload: {
        event: 'connected',
        ts: at('09:00:00.000'),
        data: {
          session_id: 's-11aa',
          user: maria,
          operators: [maria],
          operators_total: 1,
          position: '0:1772441990000-0.6600aa,1:0',
          limits: connectedLimits(defaultLimits),
          heartbeat: connectedHeartbeat(defaultLimits),
        },
      },
    },
  ],
  caughtUp: [
    {
      name: 'caughtUp',
      summary: 'Three missed events were sent',
      payload: { event: 'caughtUp', ts: at('09:21:30.010'), ...room, data: { count: 3 } },
    },
  ],
  error: [
    {
      name: 'unknownEvent',
      summary: 'A frame with a misspelt event',
      payload: {
        event: 'error',
        ts: at('09:16:00.000'),
        ...room,
        request_id: 'r9',
        data: { code: 'unknown_event', message: 'No such event', field: 'event' },
      },
    },
  ],
  pong: [
    {
      name: 'pong',
      summary: 'The answer to ping',
      payload: { event: 'pong', ts: at('09:17:00.000'), request_id: 'p1', data: {} },
    },
  ],
  checkpoint: [
    {
      name: 'checkpoint',
      summary: 'A complete `since` for /broadcast',
      payload: {
        event: 'checkpoint',
        ts: at('09:17:05.000'),
        data: { position: '0:1772443560000-0.6600cb,1:0' },
      },
    },
  ],
  tokenExpiring: [
    {
      name: 'soon',
      summary: 'A minute before the token ends',
      payload: { event: 'tokenExpiring', ts: at('10:11:00.000'), data: { expires_in_ms: 60_000 } },
    },
  ],
  tokenRefreshed: [
    {
      name: 'refreshed',
      summary: 'The session goes on for an hour',
      payload: {
        event: 'tokenRefreshed',
        ts: at('10:11:02.000'),
        request_id: 't1',
        data: { expires_in_ms: 3_600_000 },
      },
    },
  ],
  operatorConnected: [
    {
      name: 'online',
      summary: "An operator's first session",
      payload: {
        event: 'operatorConnected',
        event_id: '01958f30-0000-7b11-9c1f-7d1200aa0013',
        ts: at('09:00:00.000'),
        data: { operator_user: maria },
      },
    },
  ],
  operatorDisconnected: [
    {
      name: 'offline',
      summary: "An operator's last session is gone",
      payload: {
        event: 'operatorDisconnected',
        event_id: '01958f90-0000-7b11-9c1f-7d1200aa0014',
        ts: at('18:00:15.000'),
        data: { operator_user: maria },
      },
    },
  ],
  disconnecting: [
    {
      name: 'draining',
      summary: 'The node restarts',
      payload: {
        event: 'disconnecting',
        ts: at('11:00:00.000'),
        data: { reason: 'draining', reconnect: true, retry_after_ms: 1_300 },
      },
    },
  ],
};
