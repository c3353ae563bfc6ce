/**
 * Storm: all clients are on one node, and it is killed under a flow of messages. A balancer sends them to the
 * other one, where they come back within a second.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { monotonicUs } from '../load/stamp.ts';
import { surviveWith } from './survival.ts';
import type { Fault } from './survival-turn.ts';

/** As in the public benchmark: the returns are spread over a second. */
const returnWithinMs = 1000;
const countedMs = 10_000;
const allBackMaxMs = 60_000;
const pollMs = 50;

const fault: Fault = {
  name: 'storm',
  isSudden: true,
  returnWithinMs,
  homes: (nodes) => nodes.slice(0, 1),
  victims: (nodes) => nodes.slice(0, 1),
  strike: async ({ generator, nodes, clients, signal }) => {
    const [victim, ...others] = nodes;
    await generator.route(others.map(({ port }) => port));
    const fromUs = monotonicUs();
    if (victim !== undefined) process.kill(victim.pid, 'SIGKILL');
    await delay(countedMs, undefined, { signal });
    const untilUs = monotonicUs();
    while ((await generator.inCount()) < clients && monotonicUs() < fromUs + allBackMaxMs * 1000) {
      await delay(pollMs, undefined, { signal });
    }
    return { fromUs, untilUs };
  },
};

export const storm = surviveWith(
  fault,
  'the node that all clients are on is killed under a flow of messages',
);
