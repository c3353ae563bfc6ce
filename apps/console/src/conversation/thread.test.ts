import type { Message, ServerData, User } from '@switchboard/client';
import { describe, expect, test } from 'vitest';
import { createThread, type Thread } from './thread.ts';

const grace: User = { id: 'g', role: 'operator', name: 'Grace' };
const hedy: User = { id: 'h', role: 'operator' };
const ada: User = { id: 'a', role: 'client' };

const message = (id: string, user: User, more: Partial<Message> = {}): Message =>
  ({ id, chat_id: 'c', type: 'standard', user, text: id, ...more }) as Message;
const receipt = (id: string, by: User, upTo = true): ServerData['messageUpdated'] => ({
  message: { id, chat_id: 'c', updated_at: '2026-01-01T00:00:00Z', status: 'read' },
  changed: ['status'],
  by,
  up_to: upTo,
});
const thread = (max?: number) =>
  createThread({ me: () => grace, onChange: () => {}, ...(max !== undefined && { max }) });
const texts = ({ accepted, pending }: Thread) =>
  [...accepted, ...pending].map((entry) => entry.message.text);
const marks = ({ accepted }: Thread) => accepted.map(({ mark }) => mark);

describe('a thread', () => {
  test('shows a message once, however often it comes', () => {
    const shown = thread();
    shown.add(message('1', ada));
    shown.add(message('2', ada));
    shown.add(message('1', ada, { text: 'edited' }));
    expect(texts(shown)).toEqual(['edited', '2']);
  });

  test('says where messages may be missing, and takes it back when those before it come again', () => {
    const gaps = ({ accepted }: Thread) =>
      accepted.filter(({ isBeforeGap }) => isBeforeGap).map(({ message }) => message.id);
    const shown = thread();
    shown.noteGap();
    shown.add(message('1', ada));
    shown.add(message('2', ada));
    shown.noteGap();
    expect(gaps(shown)).toEqual(['2']);
    shown.add(message('5', ada));
    shown.add(message('2', ada));
    expect(gaps(shown)).toEqual(['2']);
    shown.noteGap();
    shown.add(message('2', ada));
    shown.add(message('6', ada));
    expect(gaps(shown)).toEqual(['2']);
    expect(texts(shown)).toEqual(['1', '2', '5', '6']);
  });

  test('shows an own message at the end until it is accepted, and then at its place, as the same row', () => {
    const shown = thread();
    shown.expect(message('x', grace), 'x');
    shown.add(message('1', ada));
    expect(texts(shown)).toEqual(['1', 'x']);
    shown.add(message('2', grace, { client_message_id: 'x' }));
    shown.add(message('3', ada));
    expect(texts(shown)).toEqual(['1', '2', '3']);
    expect(shown.at(1)?.key).toBe('x');
  });

  test("does not take another one's client_message_id for its own", () => {
    const shown = thread();
    shown.expect(message('x', grace), 'x');
    shown.add(message('2', ada, { client_message_id: 'x' }));
    expect(texts(shown)).toEqual(['2', 'x']);
  });

  test('a refused message stays with its reason until it is withdrawn', () => {
    const shown = thread();
    shown.expect(message('x', grace), 'x');
    shown.refuse('x', 'too long');
    expect(shown.last()).toMatchObject({ sending: 'refused', refusal: 'too long' });
    expect(shown.withdraw('x')?.text).toBe('x');
    expect(shown.length).toBe(0);
  });

  test('the oldest go when there are too many, and the others are still found', () => {
    const shown = thread(200);
    for (let id = 0; id < 1000; id += 1) shown.add(message(String(id), ada));
    expect(shown.length).toBeLessThanOrEqual(300);
    shown.add(message('999', ada, { text: 'edited' }));
    expect(shown.last()?.message.text).toBe('edited');
  });
});

describe('marks', () => {
  test('reading up to a message marks what the reader did not write, and nothing after it', () => {
    const shown = thread();
    for (const [id, user] of [
      ['1', grace],
      ['2', ada],
      ['3', grace],
      ['4', grace],
    ] as const)
      shown.add(message(id, user));
    shown.update(receipt('3', ada));
    expect(marks(shown)).toEqual(['read', 'sent', 'read', 'sent']);
  });

  test('reading one message marks that one', () => {
    const shown = thread();
    shown.add(message('1', grace));
    shown.add(message('2', grace));
    shown.update(receipt('2', ada, false));
    expect(marks(shown)).toEqual(['sent', 'read']);
  });

  test('a colleague who reads along is not the visitor', () => {
    const shown = thread();
    shown.add(message('1', grace));
    shown.update(receipt('1', hedy));
    expect(marks(shown)).toEqual(['sent']);
  });

  test('never go back', () => {
    const shown = thread();
    shown.add(message('1', grace, { status: 'read' }));
    shown.update({
      ...receipt('1', ada),
      message: { ...receipt('1', ada).message, status: 'delivered' },
    });
    expect(marks(shown)).toEqual(['read']);
  });
});
