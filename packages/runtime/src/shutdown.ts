/**
 * The end of a process: parts stop in the reverse order of their start, each within a bounded time and
 * logged by name. It decides when and in what order; what a part does to stop is the part's own business.
 *
 * | what happens | exit code |
 * |---|---|
 * | SIGTERM, SIGINT, SIGHUP, or the parent is gone (see `parent-watch.ts`): all parts stop | 0, or 1 if a part failed or was too slow |
 * | SIGTERM again while stopping | nothing: service managers send it to a process and to its group |
 * | another signal while stopping | 128 + signal, at once |
 * | uncaught exception or unhandled rejection | 1, at once |
 */
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { lastLineWritten } from './logger.ts';
import { watchParent, type ParentProcess } from './parent-watch.ts';

interface ShutdownLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
}

/** The part of Node's `process` that is needed; tests bring their own. */
export interface ShutdownProcess extends ParentProcess {
  on(event: string, listener: (...values: never[]) => void): unknown;
  exit(code: number): void;
}

export interface ShutdownOptions {
  logger: ShutdownLog;
  /** Bound of the whole stop, and of each part that names none, in ms. */
  timeoutMs: number;
  process?: ShutdownProcess;
}

export interface Shutdown {
  /** Adds a part that has started. `stop` may take `timeoutMs` (default: what is left of the whole). */
  add(name: string, stop: () => void | Promise<void>, timeoutMs?: number): void;
  /** Starts the stop, once; every call gives the same promise, settled after the last part. */
  begin(reason: string): Promise<void>;
  /** Aborted as soon as the stop begins, with the reason. */
  readonly signal: AbortSignal;
}

interface Part {
  name: string;
  stop: () => void | Promise<void>;
  timeoutMs: number;
}

/** Whoever reads the log may have gone; the exit does not wait for it. */
const logPatienceMs = 500;

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export const createShutdown = (options: ShutdownOptions): Shutdown => {
  const { logger, timeoutMs, process: host = process } = options;
  const parts: Part[] = [];
  const started = new AbortController();
  let stopping: Promise<void> | undefined;

  const stopAll = async (reason: string) => {
    logger.info({ reason, timeoutMs }, 'stopping');
    started.abort(reason);
    const failures = await stopParts(parts.toReversed(), timeoutMs, logger);
    logger.info({ reason, failures }, 'stopped');
    await Promise.race([lastLineWritten(logger), delay(logPatienceMs)]);
    host.exit(failures === 0 ? 0 : 1);
  };
  const begin = (reason: string) => (stopping ??= stopAll(reason));

  for (const name of signals) {
    host.on(name, () => {
      if (stopping === undefined) return void begin(name);
      if (name === 'SIGTERM') return;
      logger.error({ signal: name }, 'second signal: exiting at once');
      host.exit(128 + constants.signals[name]);
    });
  }
  exitOnUnexpected(host, logger);
  watchParent(host, () => void begin('parent is gone'));

  return {
    add: (name, stop, partTimeoutMs = timeoutMs) =>
      void parts.push({ name, stop, timeoutMs: partTimeoutMs }),
    begin,
    signal: started.signal,
  };
};

const exitOnUnexpected = (host: ShutdownProcess, logger: ShutdownLog): void => {
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    host.on(event, (error: unknown) => {
      logger.fatal({ err: error, event }, 'unexpected error: exiting');
      host.exit(1);
    });
  }
};

/** Stops the parts one after the other and gives the number of those that failed or were too slow. */
const stopParts = async (
  parts: readonly Part[],
  timeoutMs: number,
  logger: ShutdownLog,
): Promise<number> => {
  const deadline = performance.now() + timeoutMs;
  let failures = 0;
  for (const part of parts) {
    const leftMs = Math.max(0, Math.min(part.timeoutMs, deadline - performance.now()));
    if (!(await stopPart(part, leftMs, logger))) failures += 1;
  }
  return failures;
};

const stopPart = async (part: Part, leftMs: number, logger: ShutdownLog): Promise<boolean> => {
  const begun = performance.now();
  try {
    await within(leftMs, part.stop);
    logger.info({ part: part.name, ms: Math.round(performance.now() - begun) }, 'part stopped');
    return true;
  } catch (error) {
    logger.error({ part: part.name, err: error }, 'part did not stop');
    return false;
  }
};

const within = async (timeoutMs: number, stop: () => void | Promise<void>): Promise<void> => {
  const finished = new AbortController();
  const tooLate = delay(timeoutMs, undefined, { signal: finished.signal }).then(() => {
    throw new Error(`not stopped within ${Math.round(timeoutMs)} ms`);
  });
  const stopped = Promise.resolve().then(stop);
  await Promise.race([stopped, tooLate]).finally(() => finished.abort());
};
