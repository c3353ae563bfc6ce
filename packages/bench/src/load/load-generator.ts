/** The load generator as the bench sees it: processes that hold sockets, and one that publishes. */
import { startBenchProcess, type BenchProcess } from '../child-process.ts';
import type { Measured } from '../measure/cpu-meter.ts';
import { callProcess, type Remote } from './call.ts';
import { startPublisher } from './publisher.ts';
import type { PublishOrder } from './publisher-process.ts';
import type { Published } from './publishing.ts';
import type { SubscriberPlan } from './subscriber.ts';
import type { SubscriberMethods } from './subscriber-process.ts';
import { addCounts, sum } from './sum.ts';
import type { Received } from './tally.ts';

const subscriberProgram = new URL('./subscriber-process.ts', import.meta.url);

/** How many sockets the server closed, by close code. */
export type Losses = Readonly<Record<string, number>>;

export interface LoadGenerator {
  processes: readonly Measured[];
  /** Opens the sockets, spread over the processes. */
  open(plans: readonly SubscriberPlan[]): Promise<void>;
  /** Opens what was lost again. */
  reopen(): Promise<void>;
  publish(order: PublishOrder): Promise<void>;
  /** What was published and received since the last call. */
  take(): Promise<{ published: Published; received: readonly Received[] }>;
  stopPublishing(): Promise<{ accepted: number; unanswered: number }>;
  deliveries(): Promise<number>;
  takeLosses(): Promise<Losses>;
  stop(): Promise<void>;
}

export const startLoadGenerator = (receiverCount: number): LoadGenerator => {
  const receiverProcesses = Array.from({ length: receiverCount }, () =>
    startBenchProcess(subscriberProgram),
  );
  const publisher = startPublisher();
  const receivers = receiverProcesses.map(callReceiver);
  return {
    processes: [
      ...receiverProcesses.map(({ pid }) => ({ role: 'receiver', pid })),
      { role: 'publisher', pid: publisher.pid },
    ],
    open: (plans) => open(receivers, plans),
    reopen: async () => void (await Promise.all(receivers.map(({ reopen }) => reopen()))),
    publish: (order) => publisher.call.start(order),
    take: async () => {
      const receive = Promise.all(receivers.map(({ take }) => take()));
      const [published, received] = await Promise.all([publisher.call.take(), receive]);
      return { published, received };
    },
    stopPublishing: () => publisher.call.stop(),
    deliveries: async () => sum(await Promise.all(receivers.map(({ total }) => total()))),
    takeLosses: async () =>
      addCounts(await Promise.all(receivers.map(({ takeLosses }) => takeLosses()))),
    stop: async () => {
      await Promise.all([...receiverProcesses, publisher].map(({ stop }) => stop()));
    },
  };
};

const callReceiver = ({ child }: BenchProcess): Remote<SubscriberMethods> =>
  callProcess<SubscriberMethods>(child, ['open', 'reopen', 'take', 'total', 'takeLosses']);

const open = async (
  receivers: readonly Remote<SubscriberMethods>[],
  plans: readonly SubscriberPlan[],
): Promise<void> => {
  const shareOf = (index: number) => plans.filter((_, at) => at % receivers.length === index);
  await Promise.all(receivers.map(({ open }, index) => open(shareOf(index))));
};
