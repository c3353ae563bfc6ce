/** Examples of HTTP bodies and answers. A test parses each by its schema. */
import {
  annaInFull,
  at,
  chatId,
  maria,
  openChat,
  question,
  roaming,
  website,
} from './example-entities.ts';
import type { Example } from './example.ts';

export const chatExamples: Example[] = [
  { name: 'assigned', summary: 'The chat was assigned to an operator', payload: openChat },
  {
    name: 'closed',
    summary: 'Only what has changed',
    payload: {
      id: chatId,
      status: 'closed',
      closed_at: '2026-03-02T12:40:00+03:00',
      closed_by: maria,
      version: 7,
    },
  },
];

export const operatorsExamples: Example[] = [
  {
    name: 'shift',
    summary: 'Two operators of a shift',
    payload: [
      {
        id: maria.id,
        name: maria.name,
        job_title: maria.job_title,
        status: 'online',
        routing_status: 'accepting_chats',
        active_chats: 3,
        max_chats: 5,
        sources: { widgets: [website], departments: [roaming] },
      },
      { id: 18, name: 'Oleg Sato', status: 'away', away_reason: 'Training' },
    ],
  },
];

export const messageExamples: Example[] = [
  {
    name: 'standard',
    summary: "An answer written in the backend's own desk",
    payload: {
      id: 'm-90417-3',
      chat: {
        id: chatId,
        client_user: annaInFull,
        operator_user: maria,
        widget: website,
        department: roaming,
        status: 'open',
      },
      type: 'standard',
      user: maria,
      text: 'Please switch data roaming off and on again, then restart the phone.',
      reply_to: {
        id: question.id,
        text: question.text,
        user: { id: annaInFull.id, name: annaInFull.name },
      },
      created_at: '2026-03-02T12:13:00+03:00',
    },
  },
  {
    name: 'system',
    summary: 'For clients only: the operator has joined',
    payload: {
      id: 'm-90417-5',
      chat_id: chatId,
      type: 'system',
      type_role: 'client',
      text: 'Maria has joined the chat',
      system: { code: 'operator_joined', vars: { name: 'Maria' } },
    },
  },
  {
    name: 'note',
    summary: 'For operators in the room only',
    payload: {
      id: 'm-90417-6',
      chat_id: chatId,
      type: 'note',
      user: maria,
      text: 'Compensate one day if NOC confirms.',
    },
  },
  {
    name: 'bot',
    summary: 'A bot answers',
    payload: {
      id: 'm-90417-2',
      chat_id: chatId,
      type: 'bot',
      user: { id: 'bot-1', role: 'bot', name: 'Assistant' },
      text: 'Is data roaming switched on?',
    },
  },
];

export const messageUpdateExamples: Example[] = [
  {
    name: 'edited',
    summary: 'A new text',
    payload: {
      id: 'm-90417-3',
      chat_id: chatId,
      text: 'Please switch data roaming off and on again.',
      edited_at: '2026-03-02T12:13:10.500+03:00',
    },
  },
  {
    name: 'read',
    summary: 'Read in another channel',
    payload: { id: question.id, chat_id: chatId, status: 'read', read_at: at('09:12:30') },
  },
  {
    name: 'deleted',
    summary: 'Deleted',
    payload: { id: 'm-90417-4', chat_id: chatId, deleted_at: at('09:14:00') },
  },
];

export const globalExamples: Example[] = [
  {
    name: 'incident',
    summary: 'Anything that all desks should know',
    payload: {
      queue_length: 14,
      banner: { level: 'warning', text: 'Partner network outage in Turkey, see INC-5512' },
    },
  },
];

export const notificationExamples: Example[] = [
  {
    name: 'waiting',
    summary: 'The assigned operator is reminded',
    payload: {
      ...openChat,
      notification: { kind: 'sla', title: 'Anna has been waiting for 5 minutes', level: 'warning' },
    },
  },
];

export const onlineUsersExamples: Example[] = [
  {
    name: 'twoSessions',
    summary: 'One operator with the desk open, another who is pushed everything',
    payload: [
      {
        id: 's-11aa',
        operator_user: maria,
        sources: { widgets: [website], departments: [roaming] },
        connected_at: at('09:00:00.000'),
        last_seen_at: at('09:21:29.000'),
        app: 'desk/2.4.0',
        node: 'edge-1',
      },
      {
        id: 's-11ab',
        operator_user: { id: '18', role: 'operator', name: 'Oleg Sato' },
        sources: { widgets: null, departments: null },
        connected_at: at('08:58:10.000'),
        last_seen_at: at('09:21:28.000'),
        node: 'edge-2',
      },
    ],
  },
];

const event = {
  event_id: '01958f3c-5a12-7d10-8a51-0c9de1f0a001',
  position: '1772442724120-0.5f1c2a',
};

export const answerExamples = {
  message: { id: 'm-90417-3', ...event, duplicate: false, present: { clients: 0, operators: 1 } },
  event,
  operators: { events: [event, { ...event, event_id: '01958f3c-5a12-7d10-8a51-0c9de1f0a002' }] },
  notification: { ...event, sessions: 1 },
  chatEvents: {
    events: [
      {
        event: 'messageAdded',
        ...event,
        ts: at('09:12:04.120'),
        chat_id: chatId,
        data: { message: question },
      },
    ],
    next: null,
    complete: true,
  },
  members: [{ user: maria, connections: 2, since: at('09:12:20.000') }],
  disconnect: { disconnected: 2 },
  batch: [
    {
      status: 200,
      body: { ...event, id: 'm-90417-3', duplicate: false, present: { clients: 1, operators: 1 } },
    },
  ],
  nodes: [
    {
      id: 'edge-1-7f3a',
      alive: true,
      state: 'ready',
      address: '10.0.0.11:7001',
      version: '0.1.0',
      sockets: 4_812,
      rooms: 2_207,
      loop_lag_ms: 2,
      follow_lag_ms: 1,
      forwarded_ignored: 0,
      forwarded_missing: 0,
      lease_ends_in_ms: 8_400,
    },
  ],
  drain: { draining: true },
  problem: {
    type: 'about:blank',
    title: 'A field is missing or wrong',
    status: 422,
    code: 'validation_failed',
    errors: [{ field: 'type_role', message: 'is required when type is system' }],
  },
};

export const disconnectExamples: Example[] = [
  {
    name: 'user',
    summary: 'A user who must sign in again',
    payload: { user_id: 'cl-48213', reason: 'password_changed', revoke: true },
  },
];

export const batchExamples: Example[] = [
  {
    name: 'import',
    summary: 'A message and an update, in order',
    payload: [
      {
        path: '/message',
        body: { id: 'm-90417-7', chat_id: chatId, type: 'standard', text: 'Done?' },
      },
      {
        path: '/message',
        method: 'PUT',
        body: { id: 'm-90417-7', chat_id: chatId, text: 'Is it done?' },
      },
    ],
  },
];
