import { describe, expect, test } from 'vitest';
import { Receipts } from './receipts.ts';

/** Messages 1, 4, 7 go to chat 1, messages 2, 5 to chat 2, message 3 to chat 0. */
const shape = { chats: 3, chatOf: [0, 1, 1, 2] };

describe('receipts', () => {
  test('are complete when each client got each message of its chat once', () => {
    const receipts = new Receipts(shape);
    for (const message of [1, 4]) {
      receipts.note(1, message);
      receipts.note(2, message);
    }
    receipts.note(3, 2);
    receipts.note(0, 3);
    expect(receipts.reconcile([1, 2, 3, 4])).toEqual({
      due: 6,
      delivered: 6,
      duplicates: 0,
      clientsShort: 0,
    });
  });

  test('count what is missing, what came twice, and nothing that was not asked for', () => {
    const receipts = new Receipts(shape);
    receipts.note(1, 1);
    receipts.note(1, 1);
    receipts.note(1, 1);
    receipts.note(1, 7);
    receipts.note(2, 4);
    expect(receipts.reconcile([1, 4])).toEqual({
      due: 4,
      delivered: 2,
      duplicates: 2,
      clientsShort: 2,
    });
  });

  test('refuse a message of another chat', () => {
    expect(() => new Receipts(shape).note(0, 1)).toThrow('client 0 of chat 0 got message 1');
  });
});
