import { describe, expect, test } from 'vitest';
import { createMessageBodies, createNumberReader, newRunId } from './message-body.ts';
import { writeStamp } from './stamp.ts';

describe('createMessageBodies', () => {
  test('gives messages with ids of their own, in turn over the chats, stamped', () => {
    const makeBody = createMessageBodies(3, newRunId());
    const messages = [1, 2, 3, 4, 5, 6].map(
      (number) => JSON.parse(makeBody(number, 42)) as Message,
    );
    expect(new Set(messages.map(({ id }) => id)).size).toBe(6);
    expect(new Set(messages.map(({ chat_id }) => chat_id)).size).toBe(3);
    expect(messages[0]?.text).toContain(writeStamp(42));
  });

  test('has no more bytes than characters, as its Content-Length says', () => {
    const body = createMessageBodies(1, newRunId())(1, 0);
    expect(Buffer.byteLength(body)).toBe(body.length);
  });

  test('has numbers that a receiver finds in whatever surrounds the body, and only those of its run', () => {
    const makeBody = createMessageBodies(10, 'aaaaaaaaaaaa');
    const bytes = Buffer.from(`42["message",${makeBody(1234, 0)},"17-0"]`);
    const read = createNumberReader('aaaaaaaaaaaa');
    expect(read(bytes, 0, bytes.length)).toBe(1234);
    expect(read(bytes, 0, 14)).toBe(-1);
    expect(createNumberReader('bbbbbbbbbbbb')(bytes, 0, bytes.length)).toBe(-1);
  });
});

interface Message {
  id: string;
  chat_id: string;
  text: string;
}
