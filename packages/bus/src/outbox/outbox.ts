/** The outbox of all partitions: who delivers which, how they are, and the dead letters. */
import type { Outbox, OutboxState } from '../contract.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import type { Subscriber } from '../redis/subscriber.ts';
import { decodeAllParked } from './codec.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createHeldOutbox } from './held-outbox.ts';
import { acquireScript, enrollScript } from './lease.lua.ts';
import { PARKED_SHOWN_MAX, stateScript } from './state.lua.ts';

export interface OutboxDependencies {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly subscriber: Pick<Subscriber, 'subscribe'>;
  readonly deadlineMs: number;
  /** Of each hold. */
  readonly newToken: () => string;
}

export function createOutbox(dependencies: OutboxDependencies): Outbox {
  const { redis, keys, deadlineMs, newToken } = dependencies;
  return {
    partitions: keys.partitions,
    enroll: (workerId, leaseMs) =>
      within(deadlineMs, enrollScript.run(redis, [keys.outboxWorkers()], [workerId, leaseMs])),
    async leave(workerId) {
      await within(deadlineMs, redis.zrem(keys.outboxWorkers(), workerId));
    },
    async acquire(partition, workerId, leaseMs) {
      const token = newToken();
      const state = [keys.outboxState(partition)];
      const call = acquireScript.run(redis, state, [workerId, token, leaseMs]);
      if ((await within(deadlineMs, call)) === 0) return undefined;
      return createHeldOutbox({ redis, keys, deadlineMs, partition, token });
    },
    onWork: createWakeUp(dependencies),
    states: () =>
      Promise.all(
        Array.from({ length: keys.partitions }, (_, partition) =>
          readState(dependencies, partition),
        ),
      ),
    ...createDeadLetters(dependencies),
  };
}

/** One subscription for all who listen to a partition. */
function createWakeUp({
  keys,
  subscriber,
}: Pick<OutboxDependencies, 'keys' | 'subscriber'>): Outbox['onWork'] {
  const listening = new Map<number, Set<() => void>>();
  const subscriptions = new Map<number, { close(): void }>();
  return (partition, listener) => {
    const listeners = listening.get(partition) ?? new Set();
    listeners.add(listener);
    if (listeners.size === 1) {
      listening.set(partition, listeners);
      const channel = keys.outbox(partition);
      const wake = () => listeners.forEach((each) => each());
      subscriptions.set(partition, subscriber.subscribe(channel, wake));
    }
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      listening.delete(partition);
      subscriptions.get(partition)?.close();
    };
  };
}

async function readState(
  { redis, keys, deadlineMs }: OutboxDependencies,
  partition: number,
): Promise<OutboxState> {
  const stateKeys = [
    keys.outboxState(partition),
    keys.outbox(partition),
    keys.outboxParked(partition),
    keys.outboxParking(partition),
    keys.outboxDead(partition),
  ];
  const call = stateScript.run(redis, stateKeys, [PARKED_SHOWN_MAX]);
  const [holder, waiting, lagMs, parkedChats, parkedEvents, deadLetters, ...parked] = await within(
    deadlineMs,
    call,
  );
  return {
    partition,
    ...(holder !== '' && { holder }),
    waiting: Number(waiting),
    lagMs: Number(lagMs),
    parkedChats: Number(parkedChats),
    parkedEvents: Number(parkedEvents),
    parked: decodeAllParked(parked),
    deadLetters: Number(deadLetters),
  };
}
