import type { Chat, Message } from '@switchboard/client';
import { expect, test } from 'vitest';
import { createChatList, noFilter, titleOf } from './chat-list.ts';

const ada = { id: 'a', role: 'client', name: 'Ada' } as const;
const grace = { id: 'g', role: 'operator', name: 'Grace' } as const;
const from = (user: typeof ada | typeof grace, chatId: string, chat?: Partial<Chat>) => ({
  message: { id: 'm', chat_id: chatId, type: 'standard', user, text: 'hello' } as Message,
  ...(chat !== undefined && { chat: { id: chatId, ...chat } }),
});
const receipt = (by: typeof ada | typeof grace, chatId: string) => ({
  message: { id: 'm', chat_id: chatId, updated_at: '', status: 'read' },
  changed: ['status', 'read_at'],
  by,
  up_to: true,
});
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);

test('the newest activity stands first, and a chat is named after who writes in it', () => {
  const list = createChatList(() => false);
  list.onMessage(from(ada, '1'), 10);
  list.onMessage(from(ada, '2'), 20);
  list.onMessage(from(grace, '1'), 30);
  expect(ids(list.select(noFilter))).toEqual(['1', '2']);
  expect(titleOf(list.get('1')!)).toBe('Ada');
});

test("counts the visitor's messages until an operator answers or has read them", () => {
  const list = createChatList((id) => id === 'shown');
  for (const id of ['1', '1', '2', 'shown']) list.onMessage(from(ada, id), 1);
  expect([list.get('1')?.unread, list.get('shown')?.unread, list.unread]).toEqual([2, 0, 2]);
  list.onReceipt(receipt(ada, '1'));
  expect(list.get('1')?.unread).toBe(2);
  list.onReceipt(receipt(grace, '1'));
  list.onMessage(from(grace, '2'), 2);
  expect(list.unread).toBe(0);
});

test("takes the backend's count, and forgets an older version of a chat", () => {
  const list = createChatList(() => false);
  list.onChat({ id: '1', version: 5, status: 'open', unread: { operator: 7 } }, 1);
  list.onChat({ id: '1', version: 4, status: 'closed' }, 2);
  expect(list.get('1')).toMatchObject({ unread: 7, chat: { status: 'open' } });
});

test('filters by widget, department, status, text and unread', () => {
  const list = createChatList(() => false);
  list.onMessage(from(ada, '1', { widget: { id: 'w1', name: 'Shop' }, status: 'open' }), 1);
  list.onMessage(from(grace, '2', { department: { id: 'd1' }, subject: 'Broken lamp' }), 2);
  const selected = (filter: object) => ids(list.select({ ...noFilter, ...filter }));
  expect(selected({ widget: 'w1' })).toEqual(['1']);
  expect(selected({ department: 'd1' })).toEqual(['2']);
  expect(selected({ status: 'open' })).toEqual(['1']);
  expect(selected({ text: 'LAMP bro' })).toEqual(['2']);
  expect(selected({ onlyUnread: true })).toEqual(['1']);
  expect([list.widgets(), list.departments()]).toEqual([
    [{ id: 'w1', name: 'Shop' }],
    [{ id: 'd1', name: 'd1' }],
  ]);
});

test('keeps the chats with the newest activity when there are too many', () => {
  const list = createChatList(() => false, 100);
  list.onMessage(from(ada, 'talks'), 1);
  for (let at = 2; at < 1_000; at += 1) {
    list.onChat({ id: `${at}` }, at);
    if (at % 10 === 0) list.onMessage(from(ada, 'talks'), at);
  }
  const newest = ids(list.select(noFilter));
  expect(newest.slice(0, 2)).toEqual(['999', '998']);
  expect(newest).toContain('talks');
  expect(list.size).toBeLessThanOrEqual(110);
});
