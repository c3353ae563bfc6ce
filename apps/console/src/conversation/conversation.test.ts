import { ClientError, type ChatConnection, type OutgoingMessage } from '@switchboard/client';
import { expect, test, vi } from 'vitest';
import { holdConversation } from './conversation.ts';

const later = { code: 'rate_limited', message: 'later', retryable: true } as const;
const verdict = { code: 'backend_rejected', message: 'no', retryable: false } as const;

test.each<[string, OutgoingMessage, typeof later | typeof verdict, object]>([
  [
    'a button',
    { text: 'Yes', postback: { action_id: 'yes', value: 1 } },
    later,
    { client_message_id: 'k' },
  ],
  ['a note', { text: 'call her', type: 'note' }, later, { client_message_id: 'k' }],
  ['a text', { text: 'Yes' }, verdict, {}],
])(
  '%s is sent again as what it was, and after a verdict as another message',
  async (_, message, failure, id) => {
    vi.stubGlobal('document', { visibilityState: 'hidden' });
    const sent: OutgoingMessage[] = [];
    const chat = {
      chatId: 'c',
      state: 'live',
      on: () => () => undefined,
      sendMessage(outgoing: OutgoingMessage) {
        sent.push(outgoing);
        return Object.assign(Promise.reject(new ClientError(failure)), { clientMessageId: 'k' });
      },
    } as unknown as ChatConnection;
    const me = { id: 'v' };
    const conversation = holdConversation({ chat, me, isReading: () => true });
    conversation.send(message);
    await expect.poll(() => conversation.thread.last()?.sending).toBe('refused');
    conversation.sendAgain('k');
    expect(sent).toEqual([message, { ...message, ...id }]);
  },
);
