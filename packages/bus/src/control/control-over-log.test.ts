/** Control over the real log: two edges and an asker, as the bus wires them. */
import { afterAll, expect, test } from 'vitest';
import type { Bus, ControlCommand } from '../contract.ts';
import { openBus } from '../open-bus.ts';
import { stats } from '../nodes/node-stats.fixture.ts';

const keyPrefix = `t${crypto.randomUUID()}:`;
const opened: Bus[] = [];
afterAll(() => Promise.all(opened.map((bus) => bus.close())));

async function open(nodeId?: string): Promise<Bus> {
  const bus = await openBus({
    redisUrl: process.env['REDIS_URL'] ?? '',
    keyPrefix,
    partitions: 4,
    clientName: nodeId ?? 'ingress',
    onWarning: () => undefined,
  });
  opened.push(bus);
  if (nodeId !== undefined) await bus.nodes.enter(nodeId, () => stats);
  return bus;
}

const visitor = { tokenId: 't', userId: 'u', sessionId: 's', chatId: 'c', knownSinceMs: 0 };

test.each([{ userId: 'u' }, { sessionId: 's' }, { chatId: 'c' }])(
  'what %o had is refused as soon as it is revoked, though no edge hears of it',
  async (revoked) => {
    const ingress = await open();
    const user = { ...visitor, tokenId: crypto.randomUUID() };
    await ingress.control.send({ kind: 'disconnect', ...revoked, revoke: false });
    expect(await ingress.control.isDenied({ ...user, knownSinceMs: ingress.now() })).toBe(false);
    await ingress.control.send({ kind: 'disconnect', ...revoked, revoke: true });
    expect(await ingress.control.isDenied(user)).toBe(true);
    for (const knownSinceMs of [ingress.now() + 60_000, Infinity])
      expect(await ingress.control.isDenied({ ...user, knownSinceMs })).toBe(false);
    const other = { tokenId: 't', userId: 's', sessionId: 'c', chatId: 'u', knownSinceMs: 0 };
    expect(await ingress.control.isDenied(other)).toBe(false);
  },
);

test('commands reach every edge once and in order, and their answers come back', async () => {
  const edges = [await open('one'), await open('two')];
  const ingress = await open();
  const received: ControlCommand[][] = [[], []];
  for (const [i, edge] of edges.entries()) {
    await edge.control.follow((command) => received[i]?.push(command) ?? 0);
  }
  const sent = Array.from({ length: 30 }, (_, i): ControlCommand => ({
    kind: 'sources',
    operatorId: `${i}`,
    sourcesJson: '{"a":"ü"}',
    position: `0:${i}-0.n`,
  }));
  for (const command of sent) await ingress.control.send(command);
  const asked: ControlCommand = { kind: 'disconnect', chatId: 'c{1}:x', revoke: true };
  // Each edge answers how many commands it has got by then.
  expect(await ingress.control.ask(asked, 5_000)).toBe(62);
  expect(received).toEqual([
    [...sent, asked],
    [...sent, asked],
  ]);
});
