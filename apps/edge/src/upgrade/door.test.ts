import { describe, expect, it } from 'vitest';
import { createDoor, type DoorOptions } from './door.ts';

const clock = { ms: 0 };
const open: DoorOptions = {
  isAway: () => false,
  isPressed: () => false,
  sockets: () => 0,
  socketsMax: 10,
  connectsMaxPerSecond: 0,
  addressConnectsMaxPerSecond: 0,
  userConnectsMaxPerSecond: 0,
  trustedProxies: [],
  onPressed: () => undefined,
  now: () => clock.ms,
  random: () => 0.99,
};
const peer = { address: '203.0.113.5', forwardedFor: '' };
const passed = (answers: unknown[]) => answers.filter((answer) => answer === undefined).length;

describe('the door', () => {
  it('is open where nothing is set', () => {
    const door = createDoor(open);
    expect(passed(Array.from({ length: 1_000 }, () => door.closedTo(peer)))).toBe(1_000);
    expect(passed(Array.from({ length: 1_000 }, () => door.closedToUser('client:5')))).toBe(1_000);
  });

  it.each([
    ['it can serve nobody', { isAway: () => true }, 2],
    ['it has all the sockets that it may have', { sockets: () => 10 }, 2],
    ['connects are shed', { isPressed: () => true }, 3],
  ])('is closed with 503 while %s', (_why, more, retryAfterSeconds) => {
    expect(createDoor({ ...open, ...more }).closedTo(peer)).toEqual({
      code: 'unavailable',
      retryAfterSeconds,
    });
    expect(createDoor({ ...open, sockets: () => 9 }).closedTo(peer)).toBeUndefined();
  });

  it('lets five seconds of an address in at once, one more is told to wait, others are not held up', () => {
    const door = createDoor({ ...open, addressConnectsMaxPerSecond: 2, connectsMaxPerSecond: 11 });
    const answers = Array.from({ length: 20 }, () => door.closedTo(peer));
    expect(passed(answers)).toBe(10);
    expect(answers[10]).toEqual({ code: 'rate_limited', retryAfterSeconds: 1 });
    expect(door.closedTo({ ...peer, address: '203.0.113.6' })).toBeUndefined();
    expect(door.closedTo({ ...peer, address: '203.0.113.7' })).toMatchObject({
      code: 'rate_limited',
    });
  });

  it('never limits loopback', () => {
    const door = createDoor({ ...open, addressConnectsMaxPerSecond: 1 });
    const local = { address: '127.0.0.1', forwardedFor: '' };
    expect(passed(Array.from({ length: 100 }, () => door.closedTo(local)))).toBe(100);
  });

  it('lets five seconds of a user in at once, from whatever address', () => {
    const door = createDoor({ ...open, userConnectsMaxPerSecond: 1 });
    expect(passed(Array.from({ length: 6 }, () => door.closedToUser('client:5')))).toBe(5);
    expect(door.closedToUser('operator:5')).toBeUndefined();
  });
});
