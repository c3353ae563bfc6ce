import { BusUnavailable } from '@switchboard/bus';
import { expect, it, vi } from 'vitest';
import type { Wheel } from '../clock/wheel.ts';
import { createAwaitedEvents } from '../session/awaited-events.ts';
import { chatSession } from '../test/fakes.ts';
import {
  createSendMessage,
  type SendMessageCommand,
  type SendMessageParts,
} from './send-message.ts';

const setUp = (append: () => Promise<unknown>) => {
  const due: { afterMs: number; task: () => void }[] = [];
  const wheel = {
    after(afterMs: number, task: () => void) {
      const entry = { afterMs, task };
      due.push(entry);
      return () => void due.splice(due.indexOf(entry), 1);
    },
  };
  const awaited = createAwaitedEvents();
  const check = vi.fn();
  const parts = {
    log: { append },
    awaited,
    ownEvent: {
      awaited,
      check,
      wheel: wheel as unknown as Wheel,
      overdueAfterMs: 1_000,
      waitMaxMs: 10_000,
    },
    newStamp: () => ({ eventId: 'event', ts: '2026-01-01T00:00:00.000Z' }),
    newId: () => 'id',
    deadlineMs: 1_000,
    refuseIfClosed: false,
  } as unknown as SendMessageParts;
  const elapse = (afterMs: number) => due.find((entry) => entry.afterMs === afterMs)!.task();
  const command = { data: { text: 'x', type: 'standard' } } as SendMessageCommand;
  const send = () => createSendMessage(parts)(chatSession('ann'), command);
  return { awaited, check, elapse, send };
};
const appended = async () => ({ kind: 'appended' });

it('a copy that is overdue is asked for again and again, until it has passed', async () => {
  const { awaited, check, elapse, send } = setUp(appended);
  const answer = (await send()) as { passed: Promise<void> };
  for (const times of [1, 2]) {
    elapse(1_000);
    expect(check).toHaveBeenCalledTimes(times);
  }
  awaited.take('event')!.settle();
  await answer.passed;
  expect(check).toHaveBeenLastCalledWith('chat');
});

it('a copy that does not come does not hold up the next command for ever', async () => {
  const { elapse, send } = setUp(appended);
  const answer = (await send()) as { passed: Promise<void> };
  elapse(10_000);
  await expect(answer.passed).resolves.toBeUndefined();
});

it('a message that has passed is not called unsent, though its append was not answered', async () => {
  const unanswered = Promise.withResolvers<never>();
  const { awaited, send } = setUp(() => unanswered.promise);
  const answer = send();
  awaited.take('event')!.settle();
  unanswered.reject(new BusUnavailable('too late', 'unknown'));
  expect(await answer).toBeUndefined();
});
