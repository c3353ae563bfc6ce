/** The delivery of this process as one part: started by `main.ts` when the deployment has an events hook. */
import type { Outbox } from '@switchboard/bus';
import { openHookCaller } from '@switchboard/hooks';
import type { Logger, Metrics } from '@switchboard/runtime';
import type { IngressConfig } from '../config.ts';
import { measureHandOff, type HandOffMeasurements } from './measurements.ts';
import { defaultDeliveryTimes } from './times.ts';
import { startWorker, type Worker } from './worker.ts';

export interface HandOffOptions {
  readonly config: IngressConfig;
  readonly outbox: Outbox;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Of this process: no other has it. */
  readonly workerId: string;
  readonly version: string;
  /** By the clock of Redis: ms since the epoch. */
  readonly nowMs: () => number;
}

export interface HandOff {
  /** Lets what is under way end, within a bound, and leaves the partitions to others. Every call gives the same promise. */
  stop(): Promise<void>;
}

/** The figures of the whole deployment are read so often. */
const LOOK_EVERY_MS = 2_000;

/** Without an events hook nothing is delivered, and all figures stay 0. */
export async function startHandOff(options: HandOffOptions): Promise<HandOff> {
  const running: { worker?: Worker } = {};
  const measurements = measureHandOff(options.metrics, () => running.worker?.size ?? 0);
  const { EVENTS_HOOK_URL: url } = options.config;
  if (url === undefined) return { stop: async () => {} };
  const caller = await openHookCaller({
    url,
    secrets: options.config.HOOK_SECRETS ?? [],
    userAgent: `Switchboard/${options.version}`,
  });
  const worker = startDelivery(options, caller, measurements);
  running.worker = worker;
  const looking = look(options.outbox, measurements);
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    clearInterval(looking);
    await worker.stop();
    await caller.close();
  };
  return { stop: () => (stopping ??= stop()) };
}

function startDelivery(
  { config, outbox, logger, workerId, nowMs }: HandOffOptions,
  caller: Awaited<ReturnType<typeof openHookCaller>>,
  measurements: HandOffMeasurements,
): Worker {
  return startWorker({
    outbox,
    workerId,
    caller,
    timeoutMs: config.EVENTS_HOOK_TIMEOUT_MS,
    batchMaxEvents: config.EVENTS_HOOK_BATCH_MAX,
    retryMaxMs: config.OUTBOX_RETRY_MAX_MS,
    times: {
      ...defaultDeliveryTimes,
      finishMs: Math.min(defaultDeliveryTimes.finishMs, config.SHUTDOWN_TIMEOUT_MS / 2),
    },
    monotonicMs: () => performance.now(),
    nowMs,
    random: Math.random,
    onCall: measurements.called,
    onError: createComplaint((error, more) =>
      logger.warn({ err: error, more }, 'events are not delivered for a moment'),
    ),
    measurements: {
      ...measurements,
      parked(chatId, failing) {
        measurements.parked(chatId, failing);
        logger.warn({ chat: chatId, ...failing.failure }, 'events of a chat are parked');
      },
      buried(event, verdict) {
        measurements.buried(event, verdict);
        const details = { chat: event.chatId, event: event.id, ...verdict.failure };
        logger.warn(details, 'event is a dead letter');
      },
    },
  });
}

const COMPLAIN_EVERY_MS = 5_000;

/** While Redis is away every partition fails again and again: one line tells it, with how many others. */
function createComplaint(tell: (error: unknown, more: number) => void): (error: unknown) => void {
  let toldMs = -Infinity;
  let untold = 0;
  return (error) => {
    const nowMs = performance.now();
    if (nowMs - toldMs < COMPLAIN_EVERY_MS) return void (untold += 1);
    tell(error, untold);
    toldMs = nowMs;
    untold = 0;
  };
}

function look(outbox: Outbox, { looked }: HandOffMeasurements): NodeJS.Timeout {
  // Redis is away: what was known before is told on, and readiness tells why.
  const read = () => void outbox.states().then(looked, () => undefined);
  read();
  return setInterval(read, LOOK_EVERY_MS).unref();
}
