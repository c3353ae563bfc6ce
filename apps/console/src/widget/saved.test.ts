import type { Message } from '@switchboard/client';
import { expect, test } from 'vitest';
import { draftOf } from '../conversation/draft.ts';
import { messagesOf, savedChat, unsentOf } from './saved.ts';

const storage = (setItem?: () => void) => {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: setItem ?? ((key: string, value: string) => void kept.set(key, value)),
    removeItem: (key: string) => void kept.delete(key),
  };
};
const message = { id: 'm', chat_id: 'c', type: 'standard', text: 'hello' } as Message;
const nothing = { position: undefined, messages: [], unsent: [], isOpen: false };

test('a reload finds messages with their marks, the position and what was not sent, of its own chat', () => {
  const store = storage();
  const entry = { key: 'k', message, mark: 'read' } as const;
  const saved = {
    position: 'p',
    messages: messagesOf([entry]),
    unsent: unsentOf([entry]),
    isOpen: true,
  };
  savedChat(store, 'c').save(saved);
  expect(savedChat(store, 'c').load()).toEqual({
    ...saved,
    messages: [{ ...message, status: 'read' }],
    unsent: [{ id: 'k', text: 'hello' }],
  });
  expect(savedChat(store, 'other').load()).toEqual(nothing);
});

test('a button that was pressed is one after a reload, too', () => {
  const pressed = { text: 'Yes', postback: { action_id: 'yes', value: 1 } };
  const draft = draftOf('c', { id: 'v' }, { ...pressed, client_message_id: 'k' });
  expect(unsentOf([{ key: 'k', message: draft, mark: 'sent' }])).toEqual([{ id: 'k', ...pressed }]);
});

test('keeps no position when the messages do not fit', () => {
  const full = storage(() => {
    throw new Error('QuotaExceededError');
  });
  const saved = savedChat(full, 'c');
  saved.save({ ...nothing, position: 'p' });
  expect(saved.load()).toEqual(nothing);
});

test('what is broken is nothing', () => {
  const store = storage();
  store.setItem('switchboard:widget:1:c', '{');
  expect(savedChat(store, 'c').load()).toEqual(nothing);
});
