import { expect, it } from 'vitest';
import { createSendLines } from './send-lines.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

const create = (callsMax = 2) => {
  const lines = createSendLines({ waitingMax: 3, callsMax });
  const begun: string[] = [];
  const enter = (chatId: string, name: string) => {
    lines.enter(chatId);
    void lines.turn(chatId).then(() => begun.push(name));
  };
  return { lines, begun, enter };
};

it('a chat has so many calls at a time, and the next begins when one has ended', async () => {
  const { lines, begun, enter } = create();
  for (const name of ['a', 'b', 'c', 'd']) enter('chat', name);
  await turn();
  expect(begun).toEqual(['a', 'b']);
  lines.end('chat');
  await turn();
  expect(begun).toEqual(['a', 'b', 'c']);
  lines.end('chat');
  await turn();
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

it('a chat that is full is full alone, and counts only those that wait', async () => {
  const { lines, begun, enter } = create();
  for (const name of ['a', 'b', 'c', 'd']) enter('chat', name);
  expect([lines.isFull('chat'), lines.waiting]).toEqual([false, 2]);
  enter('chat', 'e');
  expect([lines.isFull('chat'), lines.isFull('other')]).toEqual([true, false]);
  enter('other', 'x');
  await turn();
  expect(begun).toEqual(['a', 'b', 'x']);
  lines.end('chat');
  expect([lines.isFull('chat'), lines.waiting]).toEqual([false, 2]);
});

it('those whose socket has gone make room', () => {
  const { lines } = create();
  for (let count = 0; count < 3; count += 1) lines.enter('chat');
  expect(lines.isFull('chat')).toBe(true);
  lines.leave('chat', 2);
  expect([lines.isFull('chat'), lines.waiting]).toEqual([false, 1]);
});
