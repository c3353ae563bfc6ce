/** Before the first turn: the servers shall run compiled code, as they do in production minutes after a start. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Contender } from '../contender/contender.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import { drain } from './drain.ts';

export interface WarmUpOptions {
  subscribers: number;
  chats: number;
  signal: AbortSignal;
}

/** V8 optimises what was called some thousand times. */
const messages = 5000;
const maxMs = 20_000;
const load = { kind: 'closed', connections: 32 } as const;

export const warmUp = async (
  contender: Contender,
  generator: LoadGenerator,
  { subscribers, chats, signal }: WarmUpOptions,
): Promise<void> => {
  const before = await generator.deliveries();
  const deadlineMs = performance.now() + maxMs;
  await generator.publish({ load, chats, target: contender.publish });
  for (let posted = 0; posted < messages && performance.now() < deadlineMs;) {
    await delay(100, undefined, { signal });
    posted += (await generator.take()).published.accepted;
  }
  const { accepted } = await generator.stopPublishing();
  await drain(generator, before + accepted * subscribers, signal);
};
