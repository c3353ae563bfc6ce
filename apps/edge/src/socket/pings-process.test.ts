/** Who answers pings stays, however silent; who does not is closed. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { settled, startEdges, type EdgesUnderTest } from '../test/edges-under-test.ts';

const idleMs = 8_000;

let edges: EdgesUnderTest;
beforeAll(async () => {
  edges = await startEdges({ env: { SOCKET_IDLE_TIMEOUT_MS: String(idleMs) } });
});
afterAll(() => edges.stop());

it(
  'a socket that says nothing is kept as long as it answers pings',
  { timeout: 60_000 },
  async () => {
    const silent = await edges.client('ann', 'kept');
    const desk = await edges.desk('olga');
    const mute = await edges.client('bob', 'mute');
    mute.ws.pause();
    // The idle time and a step of its clock, and a second for a busy machine.
    await delay(idleMs + 5_000);
    mute.ws.resume();
    expect(await mute.closed).toMatchObject({ code: 1006 });
    await settled(silent);
    await settled(desk);
  },
);
