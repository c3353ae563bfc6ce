import type { RoutedEvent } from '@switchboard/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWheel } from '../clock/wheel.ts';
import type { ReceiptCommand } from '../command/mark-message.ts';
import { chatSession } from '../test/fakes.ts';
import { mergeReceipts } from './merge.ts';
import { createReceipts } from './receipts.ts';

const receipt = (
  messageId: string,
  level: 'delivered' | 'read' = 'read',
  upTo = false,
): ReceiptCommand => ({
  level,
  messageId,
  upTo,
  requestId: `${messageId} ${level}`,
});

describe('merged receipts', () => {
  const neededOf = (...receipts: ReceiptCommand[]) =>
    mergeReceipts(receipts).map(({ needed }) => needed);

  it('leave out what a later one says of the same message', () => {
    expect(
      neededOf(receipt('m', 'delivered'), receipt('m', 'delivered'), receipt('m', 'read')),
    ).toEqual([false, false, true]);
    expect(neededOf(receipt('m', 'read'), receipt('m', 'delivered'))).toEqual([true, true]);
    expect(neededOf(receipt('m', 'read', true), receipt('m', 'read'))).toEqual([true, true]);
    expect(neededOf(receipt('m', 'delivered'), receipt('m', 'read', true))).toEqual([false, true]);
  });

  it('keep what is of other messages', () => {
    expect(neededOf(receipt('a'), receipt('b'), receipt('a'))).toEqual([false, true, true]);
  });
});

describe('receipts of one reader', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const setUp = () => {
    const marked: string[] = [];
    const desk: string[] = [];
    const answers: (string | undefined)[] = [];
    const respond = (_answer: unknown, requestId: string | undefined) =>
      void answers.push(requestId);
    const receipts = createReceipts({
      wheel: createWheel(),
      windowMs: () => 1_000,
      mark: async (_session, { messageId }) => {
        marked.push(messageId);
        return { answer: undefined, forDesk: { eventId: messageId } as RoutedEvent };
      },
      needless: () => undefined,
      tellDesk: ({ eventId }) => void desk.push(eventId),
      schedule: (session) => void receipts.flush(session, respond),
    });
    const session = chatSession('ann');
    const add = (command: ReceiptCommand) => receipts.add(session, command, respond);
    return { receipts, session, add, respond, marked, desk, answers };
  };

  it('go at once when they are the first, and else with the end of the second', async () => {
    const { add, marked, desk, answers } = setUp();
    await add(receipt('a'));
    void add(receipt('b', 'delivered'));
    void add(receipt('b'));
    expect(marked).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(marked).toEqual(['a', 'b']);
    expect(answers).toEqual(['a read', 'b delivered', 'b read']);
    expect(desk).toEqual(['a', 'b']);
    await vi.advanceTimersByTimeAsync(2_000);
    await add(receipt('c'));
    expect(marked).toEqual(['a', 'b', 'c']);
  });

  it('tell the desk once a second at most, and always the last', async () => {
    const { receipts, session, add, respond, desk, marked } = setUp();
    await add(receipt('0'));
    for (let index = 1; index <= 30; index += 1) {
      void add(receipt(String(index)));
      await receipts.flush(session, respond);
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(2_000);
    expect(marked).toHaveLength(31);
    expect(desk.length).toBeLessThanOrEqual(5);
    expect(desk.at(-1)).toBe('30');
  });

  it('of a session that has ended go at once, and only once', async () => {
    const { receipts, session, add, marked } = setUp();
    await add(receipt('a'));
    void add(receipt('b'));
    await receipts.flush(session, () => undefined);
    expect(marked).toEqual(['a', 'b']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(marked).toEqual(['a', 'b']);
  });
});
