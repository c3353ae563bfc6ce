/**
 * Before the first turn: the servers shall run compiled code, as they do in production minutes after a start.
 * V8 goes on compiling for tens of thousands of calls: after 5 000 messages one cost a third more than later.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Flow } from '../load/flow.ts';
import type { LoadShape } from '../load/load-shape.ts';
import { sum } from '../load/sum.ts';
import { drain } from './drain.ts';

const warmUpMs = 8000;
const usualLoad = { kind: 'closed', connections: 32 } as const;

export interface WarmUpOptions {
  /** Default: 32 publishers. Where each message goes to many thousand sockets, these drown servers that answer at once. */
  load?: LoadShape | undefined;
  /** So many messages, however long they take. */
  atLeast?: number;
}

export const warmUp = async (
  flow: Flow,
  signal: AbortSignal,
  { load = usualLoad, atLeast = 0 }: WarmUpOptions = {},
): Promise<void> => {
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
