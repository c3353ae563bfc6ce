/**
 * Before the first turn: the servers shall run compiled code, as they do in production minutes after a start.
 * V8 goes on compiling for tens of thousands of calls: after 5 000 messages one cost a third more than later.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Flow } from '../load/flow.ts';
import { sum } from '../load/sum.ts';
import { drain } from './drain.ts';

const warmUpMs = 8000;
const load = { kind: 'closed', connections: 32 } as const;

/** @param atLeast so many messages, however long they take */
export const warmUp = async (flow: Flow, signal: AbortSignal, atLeast = 0): Promise<void> => {
  const before = await flow.deliveries();
  await flow.start(load);
  await delay(warmUpMs, undefined, { signal });
  for (let posted = await takeAccepted(flow); posted < atLeast;) {
    await delay(100, undefined, { signal });
    posted += await takeAccepted(flow);
  }
  const { accepted } = await flow.stop();
  await drain(flow, before + accepted * flow.copies, signal);
};

const takeAccepted = async (flow: Flow): Promise<number> => {
  const { published } = await flow.take();
  return sum(published.map(({ accepted }) => accepted));
};
