/** One or more examples of every client frame. A test parses each by the schema of its event. */
import type { ClientEvent } from '../frames/client-frames.ts';
import { photo, question } from './example-entities.ts';
import type { Example } from './example.ts';

export const clientFrameExamples: Record<ClientEvent, Example[]> = {
  sendMessage: [
    {
      name: 'text',
      summary: 'A visitor writes',
      payload: {
        event: 'sendMessage',
        id: 'r1',
        data: { client_message_id: 'c-1f0b9a', text: question.text },
      },
    },
    {
      name: 'attachment',
      summary: 'A visitor quotes a message and sends a picture',
      payload: {
        event: 'sendMessage',
        id: 'r2',
        data: { client_message_id: 'c-1f0b9b', reply_to: 'm-90417-2', attachments: [photo] },
      },
    },
    {
      name: 'postback',
      summary: 'A visitor presses a button that a bot offered',
      payload: {
        event: 'sendMessage',
        data: {
          client_message_id: 'c-1f0b9c',
          text: 'Talk to a person',
          postback: { action_id: 'to-operator', value: 'roaming' },
        },
      },
    },
    {
      name: 'note',
      summary: 'An operator leaves a note that no client sees',
      payload: {
        event: 'sendMessage',
        id: 'n1',
        data: {
          client_message_id: 'o-77',
          type: 'note',
          text: 'HLR shows barring of data roaming. Asked NOC, ticket 5512.',
        },
      },
    },
  ],
  markMessageDelivered: [
    {
      name: 'one',
      summary: 'One message arrived',
      payload: { event: 'markMessageDelivered', data: { message_id: 'm-90417-3' } },
    },
  ],
  markMessageRead: [
    {
      name: 'upTo',
      summary: 'Everything up to a message was read',
      payload: {
        event: 'markMessageRead',
        id: 'r3',
        data: { message_id: question.id, up_to: true },
      },
    },
  ],
  updateTyping: [
    {
      name: 'typing',
      summary: 'A visitor types; repeated every 3 s',
      payload: {
        event: 'updateTyping',
        data: { is_typing: true, preview: 'I have already restarted' },
      },
    },
    {
      name: 'note',
      summary: 'An operator composes a note',
      payload: { event: 'updateTyping', data: { is_typing: true, is_private: true } },
    },
    {
      name: 'stopped',
      summary: 'Nobody types any more',
      payload: { event: 'updateTyping', data: { is_typing: false } },
    },
  ],
  ping: [
    {
      name: 'ping',
      summary: 'Nothing was received for 30 s',
      payload: { event: 'ping', id: 'p1', data: {} },
    },
  ],
  refreshToken: [
    {
      name: 'refresh',
      summary: 'A new token of the same user',
      payload: {
        event: 'refreshToken',
        id: 't1',
        data: { token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjbC00ODIxMyJ9.c2lnbmF0dXJl' },
      },
    },
  ],
};
