/** Before the first turn: the servers shall run compiled code, as they do in production minutes after a start. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Flow } from '../load/flow.ts';
import { sum } from '../load/sum.ts';
import { drain } from './drain.ts';

/** V8 optimises what was called some thousand times. */
const messages = 5000;
const maxMs = 10_000;
const load = { kind: 'closed', connections: 32 } as const;

export const warmUp = async (flow: Flow, signal: AbortSignal): Promise<void> => {
  const before = await flow.deliveries();
  const deadlineMs = performance.now() + maxMs;
  await flow.start(load);
  for (let posted = 0; posted < messages && performance.now() < deadlineMs;) {
    await delay(100, undefined, { signal });
    const { published } = await flow.take();
    posted += sum(published.map(({ accepted }) => accepted));
  }
  const { accepted } = await flow.stop();
  await drain(flow, before + accepted * flow.copies, signal);
};
