/** Examples of the published frames about messages. */
import { annaInFull, at, chatId, maria, question, roaming, website } from './example-entities.ts';
import { logged, room } from './example-envelope.ts';
import type { Example } from './example.ts';

export const messageFrameExamples: Record<
  'messageAdded' | 'messageNotAdded' | 'messageUpdated',
  Example[]
> = {
  messageAdded: [
    {
      name: 'answer',
      summary: "The sender's own copy in the room",
      payload: {
        event: 'messageAdded',
        ...logged(
          '01958f3c-5a12-7d10-8a51-0c9de1f0a001',
          at('09:12:04.120'),
          '1772442724120-0.5f1c2a',
        ),
        request_id: 'r1',
        data: { message: question },
      },
    },
    {
      name: 'broadcast',
      summary: 'The same event on /broadcast, with what is known of the chat',
      payload: {
        event: 'messageAdded',
        ...logged(
          '01958f3c-5a12-7d10-8a51-0c9de1f0a001',
          at('09:12:04.120'),
          '11:1772442724120-0.77aa01',
        ),
        data: {
          message: question,
          chat: {
            id: chatId,
            status: 'open',
            client_user: annaInFull,
            widget: website,
            department: roaming,
            channel: 'website',
          },
        },
      },
    },
    {
      name: 'duplicate',
      summary: 'A repeated sendMessage gets the same message again',
      payload: {
        event: 'messageAdded',
        event_id: '01958f3c-5a12-7d10-8a51-0c9de1f0a001',
        ts: at('09:12:04.120'),
        ...room,
        request_id: 'r1',
        duplicate: true,
        data: { message: question },
      },
    },
    {
      name: 'bot',
      summary: 'A bot offers buttons',
      payload: {
        event: 'messageAdded',
        ...logged(
          '01958f3c-61b0-7aa3-b1c2-90ffab120002',
          at('09:12:06.000'),
          '1772442726000-0.0b77d4',
        ),
        data: {
          message: {
            id: 'm-90417-2',
            ...room,
            type: 'bot',
            user: { id: 'bot-1', role: 'bot', name: 'Assistant' },
            text: 'Is data roaming switched on in the settings of your phone?',
            actions: [
              { id: 'roaming-on', label: 'Yes', type: 'postback', value: 'yes' },
              { id: 'to-operator', label: 'Talk to a person', type: 'postback', value: 'roaming' },
            ],
            created_at: at('09:12:06.000'),
          },
        },
      },
    },
  ],
  messageNotAdded: [
    {
      name: 'tooLong',
      summary: 'The text is too long',
      payload: {
        event: 'messageNotAdded',
        ts: at('09:15:00.000'),
        ...room,
        request_id: 'r4',
        data: {
          client_message_id: 'c-1f0b9d',
          chat_id: chatId,
          code: 'message_too_long',
          message: 'The text is too long',
          retryable: false,
          field: 'text',
        },
      },
    },
    {
      name: 'unavailable',
      summary: 'The cluster cannot take it now; send again with the same client_message_id',
      payload: {
        event: 'messageNotAdded',
        ts: at('09:15:02.000'),
        ...room,
        data: {
          client_message_id: 'c-1f0b9e',
          chat_id: chatId,
          code: 'unavailable',
          message: 'The cluster cannot take it now',
          retryable: true,
          retry_after_ms: 2_000,
        },
      },
    },
    {
      name: 'rejected',
      summary: 'The chat backend refused it; `reason` and `message` are its own',
      payload: {
        event: 'messageNotAdded',
        ts: at('09:15:04.000'),
        ...room,
        request_id: 'r5',
        data: {
          client_message_id: 'c-1f0b9f',
          chat_id: chatId,
          code: 'backend_rejected',
          message: 'This conversation has been archived',
          retryable: false,
          reason: 'conversation_archived',
        },
      },
    },
  ],
  messageUpdated: [
    {
      name: 'edited',
      summary: 'A message was edited by the backend',
      payload: {
        event: 'messageUpdated',
        ...logged(
          '01958f3d-02a1-7f90-8822-5b6c01aa0003',
          at('09:13:10.500'),
          '1772442790500-0.91ce3b',
        ),
        data: {
          message: {
            id: 'm-90417-3',
            ...room,
            type: 'standard',
            text: 'Please switch data roaming off and on again.',
            edited_at: at('09:13:10.500'),
            updated_at: at('09:13:10.500'),
          },
          changed: ['text'],
        },
      },
    },
    {
      name: 'read',
      summary: 'The operator has read everything up to a message',
      payload: {
        event: 'messageUpdated',
        ...logged(
          '01958f3d-0b00-7b11-9c1f-7d1200aa0004',
          at('09:12:30.000'),
          '1772442750000-0.3300fe',
        ),
        data: {
          message: {
            id: question.id,
            ...room,
            type: 'standard',
            updated_at: at('09:12:30.000'),
            status: 'read',
            read_at: at('09:12:30.000'),
          },
          changed: ['status', 'read_at'],
          by: maria,
          up_to: true,
        },
      },
    },
    {
      name: 'deleted',
      summary: 'A message was deleted',
      payload: {
        event: 'messageUpdated',
        ...logged(
          '01958f3d-1111-7b11-9c1f-7d1200aa0005',
          at('09:14:00.000'),
          '1772442840000-0.5a5a01',
        ),
        data: {
          message: {
            id: 'm-90417-4',
            ...room,
            type: 'standard',
            deleted_at: at('09:14:00.000'),
            text: null,
            attachments: [],
            updated_at: at('09:14:00.000'),
          },
          changed: ['deleted_at', 'text', 'attachments'],
        },
      },
    },
  ],
};
