import { describe, expect, it } from 'vitest';
import { chatSession } from '../test/fakes.ts';
import { takeFrame } from './frame-rates.ts';

const rates = {
  messages: { perSecond: 20, burst: 40 },
  receipts: { perSecond: 2, burst: 3 },
  others: { perSecond: 1, burst: 1 },
};
const come = (
  session: ReturnType<typeof chatSession>,
  event: string,
  count: number,
  nowMs = 1_000,
) => Array.from({ length: count }, () => takeFrame(session, event, { rates, nowMs }));
const passed = (waits: number[]) => waits.filter((waitMs) => waitMs === 0).length;

describe('the frames of a socket', () => {
  it('pass up to their limit and not one more, and are told how long to wait', () => {
    const session = chatSession('5');
    expect(passed(come(session, 'sendMessage', 40))).toBe(40);
    expect(come(session, 'sendMessage', 1)).toEqual([50]);
    expect(passed(come(session, 'sendMessage', 41, 2_000))).toBe(20);
  });

  it('of one kind do not count for another; both receipts are one kind', () => {
    const session = chatSession('5');
    expect(passed(come(session, 'markMessageRead', 2))).toBe(2);
    expect(passed(come(session, 'markMessageDelivered', 2))).toBe(1);
    expect(passed(come(session, 'ping', 2))).toBe(1);
    expect(passed(come(session, 'refreshToken', 1))).toBe(0);
    expect(passed(come(session, 'sendMessage', 1))).toBe(1);
  });

  it('of one socket do not count for another, and typing is not among them', () => {
    expect(passed(come(chatSession('5'), 'ping', 1))).toBe(1);
    expect(passed(come(chatSession('5'), 'ping', 1))).toBe(1);
    expect(passed(come(chatSession('5'), 'updateTyping', 1_000))).toBe(1_000);
  });
});
