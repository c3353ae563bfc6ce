/** The process that holds the sockets: opens them, counts, tells. */
import { serveCalls } from './call.ts';
import { openSubscriber, type Subscriber, type SubscriberPlan } from './subscriber.ts';
import { Tally } from './tally.ts';

/** At most so many upgrades at a time: a listen queue is short. */
const openingMax = 32;

const tally = new Tally();
const plans: SubscriberPlan[] = [];
const subscribers: Subscriber[] = [];
const lostByCode = new Map<number, number>();

/** Opens every socket that is not open; gives their number. */
const openMissing = async (): Promise<number> => {
  const missing = [...plans.keys()].filter((index) => subscribers[index]?.isOpen() !== true);
  const queue = missing.values();
  await Promise.all(Array.from({ length: openingMax }, () => openEach(queue)));
  return missing.length;
};

const openEach = async (queue: Iterable<number>): Promise<void> => {
  for (const index of queue) {
    subscribers[index] = await openSubscriber(plans[index] as SubscriberPlan, tally, countLoss);
  }
};

const countLoss = (code: number): void => {
  lostByCode.set(code, (lostByCode.get(code) ?? 0) + 1);
};

const methods = {
  open: (more: SubscriberPlan[]) => {
    plans.push(...more);
    return openMissing();
  },
  reopen: () => openMissing(),
  take: () => tally.take(),
  total: () => tally.total,
  /** How many sockets the server closed since the last call, by close code. */
  takeLosses: () => {
    const losses = Object.fromEntries(lostByCode);
    lostByCode.clear();
    return losses;
  },
};

export type SubscriberMethods = typeof methods;

serveCalls(methods);
