import { describe, expect, test } from 'vitest';
import { createMessageBodies } from './message-body.ts';
import { writeStamp } from './stamp.ts';

describe('createMessageBodies', () => {
  test('gives messages with ids of their own, in turn over the chats, stamped', () => {
    const makeBody = createMessageBodies(3);
    const messages = Array.from({ length: 6 }, () => JSON.parse(makeBody(42)) as Message);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(6);
    expect(new Set(messages.map(({ chat_id }) => chat_id)).size).toBe(3);
    expect(messages[0]?.text).toContain(writeStamp(42));
  });

  test('has no more bytes than characters, as its Content-Length says', () => {
    const body = createMessageBodies(1)(0);
    expect(Buffer.byteLength(body)).toBe(body.length);
  });
});

interface Message {
  id: string;
  chat_id: string;
  text: string;
}
