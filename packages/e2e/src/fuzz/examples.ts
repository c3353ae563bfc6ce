/** Good inputs to start from: the examples of the published document, and calls as a backend makes them. */
import { readFileSync } from 'node:fs';
import { clientEvents } from '@switchboard/protocol';

interface AsyncApi {
  components: { messages: Record<string, { examples?: { payload: { event?: string } }[] }> };
}

/** Beside `src` and `dist` of the protocol alike. */
const file = new URL('../asyncapi.json', import.meta.resolve('@switchboard/protocol'));
const document = JSON.parse(readFileSync(file, 'utf8')) as AsyncApi;

interface FrameExample {
  readonly event: string;
}

const known: ReadonlySet<string> = new Set(clientEvents);

export const clientFrameExamples: readonly FrameExample[] = Object.values(
  document.components.messages,
)
  .flatMap(({ examples = [] }) => examples.map(({ payload }) => payload))
  .filter((payload): payload is FrameExample => known.has(payload.event ?? ''));

const person = {
  id: 'u-1',
  role: 'client',
  name: 'Anna',
  email: 'anna@example.com',
  meta: { vip: true },
};
const operator = {
  id: 17,
  name: 'Maria',
  status: 'online',
  sources: { widgets: [{ id: 1, name: 'Site' }], departments: null },
};
const chat = {
  id: 'fuzzed',
  status: 'open',
  client_user: person,
  operator_user: { id: 17, name: 'Maria' },
  widget: { id: 1 },
  department: { id: 2 },
  tags: ['a'],
  version: 3,
  created_at: '2026-03-02T12:40:00+03:00',
};
const message = {
  id: 'm-1',
  chat_id: 'fuzzed',
  type: 'standard',
  user: person,
  text: 'Hello',
  attachments: [{ type: 'image', url: 'https://cdn.example/x.png', size: 5, width: 1, height: 1 }],
  reply_to: { id: 'm-0' },
  actions: [{ id: 'a', label: 'Yes', type: 'postback' }],
  meta: { a: [1, 2.5, null] },
  created_at: '2026-03-02T12:40:00.123Z',
};
const system = {
  id: 'm-2',
  chat,
  type: 'system',
  type_role: 'operator',
  system: { code: 'assigned', vars: [] },
  text: 'x',
};

export interface CallExample {
  readonly method: string;
  readonly path: string;
  readonly bodies: readonly unknown[];
}

export const callExamples: readonly CallExample[] = [
  { method: 'POST', path: '/message', bodies: [message, system, { ...message, type: 'note' }] },
  {
    method: 'PUT',
    path: '/message',
    bodies: [{ id: 'm-1', chat_id: 'fuzzed', text: 'Changed', edited_at: '2026-03-02T12:41:00Z' }],
  },
  {
    method: 'PATCH',
    path: '/message',
    bodies: [
      { id: 'm-1', chat_id: 'fuzzed', type: 'standard', deleted_at: '2026-03-02T12:41:00Z' },
    ],
  },
  { method: 'POST', path: '/update/chat', bodies: [chat] },
  { method: 'POST', path: '/update/operators', bodies: [[operator, { id: 18, status: 'away' }]] },
  {
    method: 'POST',
    path: '/global',
    bodies: [{ kind: 'maintenance', at: '2026-03-02T12:41:00Z', list: [1, 'a', null] }],
  },
  {
    method: 'POST',
    path: '/notifications/chat',
    bodies: [{ ...chat, notification: { kind: 'new', title: 'Hi', level: 'info' } }],
  },
  {
    method: 'POST',
    path: '/sessions/disconnect',
    bodies: [{ user_id: 'nobody', reason: 'x', revoke: true }, { chat_id: 'nowhere' }],
  },
  {
    method: 'POST',
    path: '/batch',
    bodies: [
      [
        { path: '/message', body: message },
        { path: '/global', method: 'POST', body: { a: 1 } },
        { path: '/update/chat', body: chat },
      ],
    ],
  },
];
