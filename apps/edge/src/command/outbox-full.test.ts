/** What a sender is told while the backend is too far behind. */
import { expect, it } from 'vitest';
import { createAwaitedEvents } from '../session/awaited-events.ts';
import { chatSession } from '../test/fakes.ts';
import { markMessage, type MarkMessageParts } from './mark-message.ts';
import { createSendMessage, type SendMessageParts } from './send-message.ts';

const awaited = createAwaitedEvents();
const requests: { outbox?: string }[] = [];
const parts = {
  log: {
    recall: async () => undefined,
    append: async (request: object) => {
      requests.push(request);
      return { kind: 'outboxFull' };
    },
  },
  awaited,
  newStamp: () => ({ eventId: 'event', ts: '2026-01-01T00:00:00.000Z' }),
  newId: () => 'id',
  deadlineMs: 1_000,
  refuseIfClosed: false,
} as unknown as SendMessageParts & MarkMessageParts;

const framesOf = (answer: unknown) =>
  (answer as { frames: string[] }).frames.map((frame) => JSON.parse(frame) as unknown);

it('a message is given back, to be sent again later', async () => {
  const send = createSendMessage(parts);
  const command = { data: { text: 'x', client_message_id: 'c1' }, requestId: 'r' };
  const [frame] = framesOf(await send(chatSession('ann'), command));
  expect(frame).toMatchObject({
    event: 'messageNotAdded',
    request_id: 'r',
    data: {
      client_message_id: 'c1',
      code: 'backend_unavailable',
      retryable: true,
      retry_after_ms: 2_000,
    },
  });
  expect(requests.pop()).toMatchObject({ outbox: 'messages' });
  expect(awaited.isAwaited('event')).toBe(false);
});

it('a receipt is answered unavailable, and not as one that changed nothing', async () => {
  const command = { level: 'read', messageId: 'm', upTo: false, requestId: 'r' } as const;
  const { answer, forDesk } = await markMessage(chatSession('ann'), command, parts);
  expect(framesOf(answer)).toMatchObject([
    { event: 'error', request_id: 'r', data: { code: 'unavailable', retry_after_ms: 2_000 } },
  ]);
  expect(forDesk).toBeUndefined();
  expect(requests.pop()).toMatchObject({ outbox: 'receipts' });
});
