/**
 * Cuts: the TCP connection of every client is cut again and again, and each time its network is gone for two
 * seconds. It comes back to whichever node the balancer chooses.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { monotonicUs } from '../load/stamp.ts';
import { surviveWith } from './survival.ts';
import type { Fault } from './survival-turn.ts';

const everyMs = 15_000;
const awayMs = 2000;

/** Who loses a connection that was not cut here comes back as soon as in a storm. */
const returnWithinMs = 1000;

const fault: Fault = {
  name: 'cuts',
  isSudden: false,
  returnWithinMs,
  homes: (nodes) => nodes,
  victims: () => [],
  strike: async ({ generator, seconds, signal }) => {
    const fromUs = monotonicUs();
    await generator.startCuts({ everyMs, awayMs });
    await delay(seconds * 1000, undefined, { signal });
    await generator.stopCuts();
    const untilUs = monotonicUs();
    // The last ones are still away.
    await delay(awayMs, undefined, { signal });
    return { fromUs, untilUs };
  },
};

export const cuts = surviveWith(fault, 'every client is cut every 15 s, for 2 s');
