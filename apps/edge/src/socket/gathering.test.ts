import { expect, test } from 'vitest';
import { createGathering } from './gathering.ts';

/** What is held after a turn in which frames went to so many sockets each. */
const heldAfter = (...sent: number[]): number[] => {
  const held: number[] = [];
  const turns: (() => void)[] = [];
  const gathering = createGathering({
    hold: (forMs) => held.push(forMs),
    afterTurn: (callback) => turns.push(callback),
  });
  for (const sockets of sent) gathering.sent(sockets);
  for (const end of turns) end();
  return held;
};

test('events to many sockets are followed by a pause, the longer the more there are', () => {
  expect(heldAfter(8)).toEqual([8]);
  expect(heldAfter(100, 2)).toEqual([8]);
  expect(heldAfter(400, 2, 2)).toEqual([20]);
  expect(heldAfter(5000)).toEqual([25]);
});

test('events to few sockets hold up nobody', () => {
  expect(heldAfter()).toEqual([]);
  expect(heldAfter(0)).toEqual([]);
  expect(heldAfter(...Array.from({ length: 200 }, () => 2))).toEqual([]);
  expect(heldAfter(...Array.from({ length: 5 }, () => 7))).toEqual([]);
});

test('a turn that is full already is followed by the next one', () => {
  expect(heldAfter(...Array.from({ length: 23 }, () => 500))).toEqual([25]);
  expect(heldAfter(...Array.from({ length: 24 }, () => 500))).toEqual([]);
});

test('what is more than a write for each socket is left for the next turn, once', () => {
  const to = (sockets: number, frames: number) =>
    heldAfter(...Array.from({ length: frames }, () => sockets));
  expect(to(500, 31)).toEqual([]);
  expect(to(500, 32)).toEqual([0]);
  expect(to(500, 200)).toEqual([0]);
  // Short all the same.
  expect(to(100, 39)).toEqual([]);
  expect(to(100, 40)).toEqual([0]);
});

/** Turns one after the other, each with what was sent in it. */
const takeTurns = (...turns: { readonly atMs: number; readonly sent: readonly number[] }[]) => {
  const held: number[] = [];
  let nowMs = 0;
  let end: () => void = () => undefined;
  const gathering = createGathering({
    hold: (forMs) => held.push(forMs),
    afterTurn: (callback) => (end = callback),
    now: () => nowMs,
  });
  return turns.map(({ atMs, sent }) => {
    nowMs = atMs;
    for (const sockets of sent) gathering.sent(sockets);
    end();
    return held.splice(0)[0];
  });
};

test('each turn is judged by itself', () => {
  const turns = [200, 3, 300].map((sockets, index) => ({ atMs: index * 50, sent: [sockets] }));
  expect(takeTurns(...turns)).toEqual([10, undefined, 15]);
});

test('two pauses that gather nothing are followed by none for a tenth of a second', () => {
  const one = [10, 1];
  expect(
    takeTurns(
      { atMs: 0, sent: one },
      { atMs: 8, sent: one },
      { atMs: 16, sent: one },
      { atMs: 17, sent: one },
      { atMs: 115, sent: [10, 10, 10] },
      { atMs: 116, sent: one },
      { atMs: 124, sent: [...one, ...one] },
      { atMs: 132, sent: one },
      { atMs: 140, sent: [...one, ...one] },
      { atMs: 148, sent: one },
    ),
  ).toEqual([8, 8, undefined, undefined, undefined, 8, 8, 8, 8, 8]);
});
