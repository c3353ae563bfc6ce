import { ClientError, type ChatConnection, type OutgoingMessage } from '@switchboard/client';
import { expect, test, vi } from 'vitest';
import { holdConversation } from './conversation.ts';

test.each<[string, OutgoingMessage]>([
  ['a button', { text: 'Yes', postback: { action_id: 'yes', value: 1 } }],
  ['a note', { text: 'call her', type: 'note' }],
])('%s that was refused is sent again as what it was', async (_, message) => {
  vi.stubGlobal('document', { visibilityState: 'hidden' });
  const failure = { code: 'rate_limited', message: 'later', retryable: true } as const;
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
  expect(sent).toEqual([message, { ...message, client_message_id: 'k' }]);
});
