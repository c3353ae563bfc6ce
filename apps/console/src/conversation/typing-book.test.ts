import { expect, test } from 'vitest';
import { createTypingBook } from './typing-book.ts';

const user = { id: 'a', name: 'Ada' };
const typing = { chat_id: 'c', user, is_typing: true, expires_in_ms: 6000 };

/** A clock that stands until it is moved. */
const setUp = () => {
  let nowMs = 0;
  let changes = 0;
  const due: { at: number; call: () => void }[] = [];
  const clock = {
    now: () => nowMs,
    after: (ms: number, call: () => void) => due.push({ at: nowMs + ms, call }),
  };
  const book = createTypingBook(clock, () => (changes += 1));
  const pass = (ms: number) => {
    nowMs += ms;
    for (const { call } of due.filter(({ at }) => at === nowMs)) call();
  };
  return { book, pass, changes: () => changes };
};

test('an indicator ends by itself, and a repeated one lives on', () => {
  const { book, pass } = setUp();
  book.note(typing);
  pass(3000);
  book.note(typing);
  pass(3000);
  expect(book.in('c').map((typist) => typist.user.name)).toEqual(['Ada']);
  pass(3000);
  expect(book.in('c')).toEqual([]);
});

test('a message or a false ends it', () => {
  const { book, changes } = setUp();
  book.note(typing);
  book.ended('c', 'a');
  book.ended('c', 'a');
  expect(book.in('c')).toEqual([]);
  expect(changes()).toBe(2);
  book.note(typing);
  book.note({ ...typing, is_typing: false, expires_in_ms: 0 });
  expect(book.in('c')).toEqual([]);
});

test('the preview stays until a newer one comes', () => {
  const { book } = setUp();
  book.note({ ...typing, preview: 'Hel' });
  book.note(typing);
  expect(book.in('c')[0]?.preview).toBe('Hel');
});
