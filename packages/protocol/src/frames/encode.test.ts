import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  encodeAnswer,
  encodeAnswerAround,
  frameHead,
  frameHeadWithoutPosition,
  withRequestId,
} from './encode.ts';
import { serverFrames } from './server-frames.ts';

const ts = '2026-03-01T09:30:00.000Z';
const event = { event: 'messageAdded', eventId: 'e1', ts, chatId: 'c1' };
const parse = (frame: string) => JSON.parse(frame) as Record<string, unknown>;

describe('a logged frame', () => {
  it('is head, position and tail, in the order of the contract', () => {
    const frame = `${frameHead(event)}17-0.ab","data":{"message":{}}}`;
    expect(parse(frame)).toEqual({
      event: 'messageAdded',
      event_id: 'e1',
      ts,
      chat_id: 'c1',
      position: '17-0.ab',
      data: { message: {} },
    });
    expect(Object.keys(parse(frame))).toEqual([
      'event',
      'event_id',
      'ts',
      'chat_id',
      'position',
      'data',
    ]);
  });

  it('has the partition before its position on /broadcast', () => {
    expect(parse(`${frameHead(event, '3:')}17-0.ab","data":{}}`)['position']).toBe('3:17-0.ab');
  });

  it('without a position has the same head', () => {
    const frame = `${frameHeadWithoutPosition(event)}"data":{}}`;
    expect(Object.keys(parse(frame))).toEqual(['event', 'event_id', 'ts', 'chat_id', 'data']);
  });

  it('has no chat_id when the event has none', () => {
    const frame = `${frameHead({ event: 'globalUpdated', eventId: 'e1', ts })}1","data":{}}`;
    expect(Object.keys(parse(frame))).toEqual(['event', 'event_id', 'ts', 'position', 'data']);
  });

  test.prop([
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.string({ unit: 'binary', minLength: 1 }),
  ])('is valid JSON for whatever ids', (eventId, chatId) => {
    const frame = parse(`${frameHead({ ...event, eventId, chatId })}1","data":{}}`);
    expect(frame).toMatchObject({ event_id: eventId, chat_id: chatId });
  });
});

describe('withRequestId', () => {
  const frame = `${frameHead(event)}1","data":{"message":{"text":"é😀"}}}`;

  test.prop([fc.string({ unit: 'binary' })])(
    'puts it first, into text and bytes alike',
    (requestId) => {
      const text = withRequestId(frame, requestId);
      const bytes = new TextDecoder().decode(
        withRequestId(new TextEncoder().encode(frame), requestId),
      );
      expect(parse(text)).toEqual({ ...parse(frame), request_id: requestId });
      expect(Object.keys(parse(text))[0]).toBe('request_id');
      expect(parse(bytes)).toEqual(parse(text.toWellFormed()));
    },
  );

  it('leaves the given bytes as they were', () => {
    const bytes = new TextEncoder().encode(frame);
    withRequestId(bytes, 'r1');
    expect(new TextDecoder().decode(bytes)).toBe(frame);
  });
});

describe('encodeAnswer', () => {
  it('has only what was given', () => {
    expect(encodeAnswer('pong', {}, { ts })).toBe(`{"event":"pong","ts":"${ts}","data":{}}`);
  });

  it('is a frame that the schema of its event takes', () => {
    const frame = encodeAnswer(
      'error',
      { code: 'malformed', message: 'No' },
      { ts, requestId: 'r1', chatId: 'c1' },
    );
    expect(serverFrames.error.parse(JSON.parse(frame))).toEqual({
      request_id: 'r1',
      event: 'error',
      ts,
      chat_id: 'c1',
      data: { code: 'malformed', message: 'No' },
    });
  });

  it('around an encoded payload is the same frame', () => {
    const data = { position: '1-0.a"b' };
    const heads = [{ ts }, { ts, chatId: 'a "chat"' }];
    for (const head of heads) {
      expect(encodeAnswerAround('checkpoint', JSON.stringify(data), head)).toBe(
        encodeAnswer('checkpoint', data, head),
      );
    }
  });
});
