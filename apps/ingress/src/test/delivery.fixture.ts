/** Workers over the test run's Redis, before a backend that does as a test says. */
import { openBus, type Bus, type HeldOutbox, type Outbox } from '@switchboard/bus';
import { openHookCaller } from '@switchboard/hooks';
import { messageAdded, partitionOf } from '@switchboard/protocol';
import { startScriptedBackend } from '@switchboard/testkit';
import type { DeliveryTimes } from '../hand-off/times.ts';
import { startWorker, type Worker } from '../hand-off/worker.ts';

export const PARTITIONS = 4;

const times: DeliveryTimes = {
  leaseMs: 1_000,
  renewMs: 200,
  shareMs: 50,
  idleMs: 50,
  gatherMs: 5,
  downBackoff: { firstMs: 20, maxMs: 100 },
  parkedBackoff: { firstMs: 20, maxMs: 100 },
  retryAfterMaxMs: 60_000,
  downRetryAfterMaxMs: 60_000,
  finishMs: 2_000,
};

export interface WorkerSettings {
  readonly times?: Partial<DeliveryTimes>;
  readonly batchMaxEvents?: number;
  readonly retryMaxMs?: number;
  readonly timeoutMs?: number;
  /** Stands between the worker and its outbox. */
  readonly through?: (outbox: Outbox) => Outbox;
  readonly onError?: (error: unknown) => void;
}

export async function openScene() {
  const backend = await startScriptedBackend();
  const bus: Bus = await openBus({
    redisUrl: process.env['REDIS_URL'] ?? '',
    keyPrefix: `t${crypto.randomUUID()}:`,
    partitions: PARTITIONS,
    clientName: 'test',
    onWarning: () => undefined,
    outbox: { kinds: new Set(['messages']), maxEvents: 100_000, maxAgeMs: 86_400_000 },
  });
  const caller = await openHookCaller({
    url: backend.eventsUrl,
    secrets: backend.secrets,
    userAgent: 'test',
  });
  const workers: Worker[] = [];
  let said = 0;

  return {
    bus,
    backend,
    /** Appends a message for the outbox. Resolves to its event's id. */
    async say(chatId: string, text = `text ${(said += 1)}`): Promise<string> {
      const eventId = crypto.randomUUID();
      const stamp = { eventId, ts: new Date().toISOString() };
      const message = { id: eventId, chat_id: chatId, type: 'standard', text } as const;
      const event = messageAdded(message, stamp);
      await bus.log.append({ event, deadlineMs: 3_000, outbox: 'messages' });
      return eventId;
    },
    start(workerId: string, settings: WorkerSettings = {}): Worker {
      const worker = startWorker({
        workerId,
        outbox: settings.through?.(bus.outbox) ?? bus.outbox,
        caller,
        timeoutMs: settings.timeoutMs ?? 5_000,
        batchMaxEvents: settings.batchMaxEvents ?? 100,
        retryMaxMs: settings.retryMaxMs ?? 86_400_000,
        times: { ...times, ...settings.times },
        monotonicMs: () => performance.now(),
        nowMs: bus.now,
        random: Math.random,
        onCall: () => undefined,
        onError: settings.onError ?? (() => undefined),
        measurements: {
          delivered: () => undefined,
          parked: () => undefined,
          buried: () => undefined,
        },
      });
      workers.push(worker);
      return worker;
    },
    /** All partitions together. */
    async state() {
      const states = await bus.outbox.states();
      const sum = (of: (state: (typeof states)[number]) => number) =>
        states.reduce((total, state) => total + of(state), 0);
      return {
        holders: states.map(({ holder }) => holder),
        waiting: sum(({ waiting }) => waiting),
        parked: states.flatMap(({ parked }) => parked),
        parkedEvents: sum(({ parkedEvents }) => parkedEvents),
        deadLetters: sum(({ deadLetters }) => deadLetters),
      };
    },
    /** Ids of the events of a chat in the order in which the backend has first had them. */
    taken: (chatId: string) =>
      [...backend.events.values()]
        .filter(({ frame }) => frame.chat_id === chatId)
        .map(({ eventId }) => eventId),
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await caller.close();
      await bus.close();
      await backend.stop();
    },
  };
}

export type Scene = Awaited<ReturnType<typeof openScene>>;

/** Chats that share a partition, which no other test uses. */
export function neighbours(count: number): string[] {
  const found: string[] = [];
  while (found.length < count) {
    const id = crypto.randomUUID();
    if (partitionOf(id, PARTITIONS) === partitionOf(found[0] ?? id, PARTITIONS)) found.push(id);
  }
  return found;
}

/** An outbox whose holds do nothing while they are held up, as those of a process that is. */
export function heldUp(outbox: Outbox) {
  let gate = Promise.resolve();
  let open = () => {};
  let isHeld = false;
  const gated = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name);
        if (typeof value !== 'function' || name === 'onWork') return value;
        return async (...args: unknown[]) => {
          await gate;
          const result: unknown = await value.apply(of, args);
          await gate;
          return name === 'acquire' && result ? gated(result as HeldOutbox) : result;
        };
      },
    });
  return {
    outbox: gated(outbox),
    holdUp() {
      if (isHeld) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      isHeld = true;
      gate = promise;
      open = resolve;
    },
    goOn() {
      isHeld = false;
      open();
    },
  };
}
