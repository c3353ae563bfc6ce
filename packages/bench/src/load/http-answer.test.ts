import { describe, expect, test } from 'vitest';
import { readHttpAnswer } from './http-answer.ts';

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\nDate: today\r\n\r\n{"ok":true}';

describe('readHttpAnswer', () => {
  test('gives nothing until the last character of the body is there', () => {
    for (let length = 0; length < answer.length; length += 1) {
      expect(readHttpAnswer(answer.slice(0, length))).toBeUndefined();
    }
    expect(readHttpAnswer(`${answer}more`)).toEqual({
      status: 200,
      retryAfterS: 0,
      length: answer.length,
    });
  });

  test('reads how long to keep quiet after a refusal', () => {
    const refusal = 'HTTP/1.1 503 Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n';
    expect(readHttpAnswer(refusal)).toMatchObject({ status: 503, retryAfterS: 2 });
  });

  test('throws when the end of the answer cannot be known', () => {
    expect(() => readHttpAnswer('HTTP/1.1 200 OK\r\n\r\n')).toThrow('Content-Length');
  });
});
