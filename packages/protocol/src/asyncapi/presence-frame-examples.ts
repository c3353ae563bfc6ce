/** Examples of the published frames about who is in the room and who types. */
import { anna, at, chatId, maria } from './example-entities.ts';
import { room } from './example-envelope.ts';
import type { Example } from './example.ts';

export const presenceFrameExamples: Record<
  'typingUpdated' | 'userConnected' | 'userDisconnected',
  Example[]
> = {
  typingUpdated: [
    {
      name: 'operators',
      summary: 'As operators in the room read it',
      payload: {
        event: 'typingUpdated',
        event_id: '01958f3d-2000-7b11-9c1f-7d1200aa0006',
        ts: at('09:14:20.000'),
        ...room,
        data: {
          chat_id: chatId,
          user: anna,
          is_typing: true,
          expires_in_ms: 6_000,
          preview: 'I have already restarted',
        },
      },
    },
  ],
  userConnected: [
    {
      name: 'operator',
      summary: 'An operator opened the chat',
      payload: {
        event: 'userConnected',
        event_id: '01958f3c-9000-7b11-9c1f-7d1200aa0007',
        ts: at('09:12:20.000'),
        ...room,
        data: { chat_id: chatId, user: maria },
      },
    },
  ],
  userDisconnected: [
    {
      name: 'timeout',
      summary: "The visitor's connection broke",
      payload: {
        event: 'userDisconnected',
        event_id: '01958f40-9000-7b11-9c1f-7d1200aa0008',
        ts: at('09:21:05.000'),
        ...room,
        data: { chat_id: chatId, user: anna, reason: 'timeout' },
      },
    },
  ],
};
