import { describe, expect, test } from 'vitest';
import { isClean, openPresenceBook, type PresenceFindings, type Told } from './presence-book.ts';

const none: PresenceFindings = {
  ghosts: [],
  doubleLeaves: [],
  wrongLeaves: [],
  doubleArrivals: [],
  missedArrivals: [],
  strangers: [],
};

const found = (expected: readonly Told[], told: readonly Told[]) => {
  const book = openPresenceBook();
  book.expect({ place: 'room', user: 'u', expected });
  for (const what of told) book.note('room', 'u', what);
  return book.reconcile();
};
const u = ['u in room'];

describe('a presence book', () => {
  test.each<[string, Told[], Told[], Partial<PresenceFindings>]>([
    ['nothing where what was told is what happened', ['came', 'went'], ['came', 'went'], {}],
    ['nothing of one who came back', ['went', 'came'], ['went', 'came'], {}],
    ['a ghost', ['came', 'went'], ['came'], { ghosts: u }],
    ['a ghost that was told once of two times', ['went', 'went'], ['went'], { ghosts: u }],
    ['a double leave', ['went'], ['went', 'went'], { doubleLeaves: u }],
    ['a leave of one who stayed', ['came'], ['came', 'went'], { wrongLeaves: u }],
    ['a double arrival', ['came'], ['came', 'came'], { doubleArrivals: u }],
    ['a missed arrival', ['came'], [], { missedArrivals: u }],
  ])('finds %s', (_what, expected, told, findings) => {
    expect(found(expected, told)).toEqual({ ...none, ...findings });
    expect(isClean(found(expected, told))).toBe(Object.keys(findings).length === 0);
  });

  test('knows places and users apart, and who was never expected', () => {
    const book = openPresenceBook();
    book.expect({ place: 'a', user: 'u', expected: ['went'] });
    book.expect({ place: 'b', user: 'u', expected: [] });
    book.note('b', 'u', 'went');
    book.note('a', 'x', 'came');
    expect(book.reconcile()).toEqual({
      ...none,
      ghosts: ['u in a'],
      wrongLeaves: ['u in b'],
      strangers: ['x in a'],
    });
  });
});
