/**
 * One order for everybody, whatever the size: uWebSockets.js collects small publishes until the end of
 * a turn and sends large ones at once, and a sender leaves its topics for its own copy.
 */
import type { RawSocket } from '@switchboard/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEdges, type EdgesUnderTest } from '../test/edges-under-test.ts';

let edges: EdgesUnderTest;
beforeAll(async () => {
  edges = await startEdges();
});
afterAll(() => edges.stop());

const total = 120;
const textOf = (n: number) => `${n} ${'x'.repeat(n % 3 === 0 ? 17_000 : n % 7)}`;
const idsOf = (socket: RawSocket) => socket.all('messageAdded').map(({ event_id: id }) => id);

it('frames of more and less than 16 KiB in one turn keep their order for senders, others and desks', async () => {
  const chatId = 'sizes';
  const sockets = await Promise.all([
    edges.client('ann', chatId),
    edges.client('ann', chatId),
    edges.operator('op', chatId),
    edges.desk('desk'),
  ]);
  const [ann, , op] = sockets;
  const posting = Array.from({ length: total }, (_, n) =>
    edges.post({ chat_id: chatId, text: textOf(n) }),
  );
  for (let n = 0; n < 20; n += 1) {
    const sender = n % 2 === 0 ? ann : op;
    sender.sendFrame('sendMessage', { text: 'y'.repeat(n % 4 === 0 ? 16_000 : 1) }, `r${n}`);
  }
  await Promise.all(posting);
  const isComplete = () => sockets.every((socket) => idsOf(socket).length >= total + 20);
  await expect.poll(isComplete, { timeout: 10_000, interval: 20 }).toBe(true);
  const { events } = await edges.bus.log.readRoom(chatId, undefined, 200);
  const order = events.map(({ eventId }) => eventId);
  for (const socket of sockets) expect(idsOf(socket)).toEqual(order);
  for (const sender of [ann, op]) {
    const answers = sender.all((frame) => frame.request_id !== undefined);
    expect(answers.map(({ event }) => event)).toEqual(Array(10).fill('messageAdded'));
  }
});
