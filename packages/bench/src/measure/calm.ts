/** Waiting for a machine that others use too to fall quiet, between turns, when the bench itself is idle. */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseMachineCpu } from './proc-stat.ts';

/** Idle contenders with their timers take a few hundredths of a core. */
const calmCores = 0.2;
const observedMs = 1000;

/** Resolves when the machine is calm, or after `patienceS` seconds. */
export const awaitCalm = async (patienceS: number, signal: AbortSignal): Promise<void> => {
  const deadlineMs = performance.now() + patienceS * 1000;
  while (performance.now() < deadlineMs) {
    if ((await busyCores(signal)) < calmCores) return;
  }
};

const busyCores = async (signal: AbortSignal): Promise<number> => {
  const before = parseMachineCpu(await readFile('/proc/stat', 'utf8'));
  await delay(observedMs, undefined, { signal });
  const after = parseMachineCpu(await readFile('/proc/stat', 'utf8'));
  return ((after.busyS + after.stolenS - before.busyS - before.stolenS) * 1000) / observedMs;
};
