/** What ingress answers. Plain JSON, ids are strings. */
import { z } from 'zod';
import { operatorSession } from '../entities/operator-session.ts';
import { user } from '../entities/user.ts';
import { problemCodes } from '../errors.ts';
import { defaultScalars as s } from '../scalars.ts';

const eventId = z.string().meta({ description: 'The `event_id` of the emitted event.' });
const position = z.string().meta({ description: 'Its place in the log, opaque.' });

/** Of `POST /message`, `PUT /message`. */
export const messageAnswer = z
  .object({
    id: s.id,
    event_id: eventId,
    position,
    duplicate: z.boolean().meta({
      description: 'True: the first call with this id or key did it; nothing was emitted.',
    }),
    present: z
      .object({ clients: s.count, operators: s.count })
      .meta({ description: 'Users in the room now; 0 clients: send a push or an e-mail.' }),
  })
  .meta({ title: 'MessageAnswer' });

/** Of `POST /update/chat`, `POST /global`. */
export const eventAnswer = z.object({ event_id: eventId, position }).meta({ title: 'EventAnswer' });

/** Of `POST /update/operators`: one event per array item, in its order. */
export const operatorsAnswer = z
  .object({ events: z.array(eventAnswer) })
  .meta({ title: 'OperatorsAnswer' });

/** Of `POST /notifications/chat`. */
export const notificationAnswer = eventAnswer
  .extend({
    sessions: s.count.meta({
      description: '0: nobody is there to see it; it is logged all the same.',
    }),
  })
  .meta({ title: 'NotificationAnswer' });

export const onlineUsersAnswer = z.array(operatorSession).meta({
  title: 'OnlineUsersAnswer',
  description: 'Active operator sessions with available widget and department sources',
});

/** Of `GET /chats/{id}/events`. */
export const chatEventsAnswer = z
  .object({
    events: z.array(
      z.looseObject({
        event: z.string(),
        event_id: z.string(),
        ts: z.string(),
        position: z.string(),
        data: z.looseObject({}),
      }),
    ),
    next: z
      .string()
      .nullable()
      .meta({ description: '`since` of the next page; null when this was the last.' }),
    complete: z
      .boolean()
      .meta({ description: 'False: events between `since` and the first one are gone.' }),
  })
  .meta({ title: 'ChatEventsAnswer' });

/** Of `GET /chats/{id}/members`. */
export const membersAnswer = z
  .array(z.object({ user, connections: s.count, since: s.timestamp }))
  .meta({ title: 'MembersAnswer' });

export const disconnectAnswer = z
  .object({ disconnected: s.count.meta({ description: 'Closed connections.' }) })
  .meta({ title: 'DisconnectAnswer' });

export const batchAnswer = z
  .array(z.object({ status: z.int(), body: z.unknown() }))
  .meta({ title: 'BatchAnswer' });

const nodeTotals = z
  .object({
    messages_received: s.count.meta({ description: '`sendMessage` frames of clients.' }),
    messages_sent: s.count.meta({ description: 'Messages given to sockets, one for each socket.' }),
    events_sent: s.count.meta({ description: 'Events of every kind given to sockets.' }),
    closed: z.record(z.string(), s.count).meta({ description: 'Closed sockets by close code.' }),
  })
  .meta({ description: 'Since its start; absent: an edge of an older version.' });

export const nodesAnswer = z
  .array(
    z.object({
      id: z.string(),
      alive: z.boolean(),
      state: s.word('starting', 'ready', 'draining'),
      address: z.string(),
      version: z.string(),
      sockets: s.count,
      rooms: s.count,
      loop_lag_ms: z.number(),
      follow_lag_ms: z.number(),
      /** Connects whose X-Forwarded-For is not believed; absent from an ingress of 0.1. */
      forwarded_ignored: s.count.optional(),
      /** Connects from TRUSTED_PROXIES without one. */
      forwarded_missing: s.count.optional(),
      totals: nodeTotals.optional(),
      lease_ends_in_ms: z.number(),
    }),
  )
  .meta({ title: 'NodesAnswer' });

/** Of `POST /nodes/{id}/drain`. */
export const drainAnswer = z.object({ draining: z.boolean() }).meta({ title: 'DrainAnswer' });

/** RFC 9457. A 4xx means that nothing was emitted. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(problemCodes),
    detail: z.string().optional(),
    instance: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ title: 'Problem' });

export type MessageAnswer = z.output<typeof messageAnswer>;
export type EventAnswer = z.output<typeof eventAnswer>;
export type OperatorsAnswer = z.output<typeof operatorsAnswer>;
export type NotificationAnswer = z.output<typeof notificationAnswer>;
export type OnlineUsersAnswer = z.output<typeof onlineUsersAnswer>;
export type ChatEventsAnswer = z.output<typeof chatEventsAnswer>;
export type MembersAnswer = z.output<typeof membersAnswer>;
export type DisconnectAnswer = z.output<typeof disconnectAnswer>;
export type BatchAnswer = z.output<typeof batchAnswer>;
export type NodesAnswer = z.output<typeof nodesAnswer>;
export type Problem = z.output<typeof problem>;
