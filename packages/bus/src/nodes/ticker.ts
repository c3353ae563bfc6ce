/** Runs a job again and again, never twice at a time; a failure is told and does not end it. */
export interface Ticker {
  /** Runs it now, or once more when it is running. Settles when that run has ended; never rejects. */
  now(): Promise<void>;
  /** No further runs; resolves when the last one has ended. */
  close(): Promise<void>;
}

export interface TickerOptions {
  readonly job: () => Promise<void>;
  readonly everyMs: number;
  /** 0 to 1: each pause is shortened by up to this part of itself. Default 0. */
  readonly jitter?: number;
  /** From 0 to 1. Default Math.random. */
  readonly random?: () => number;
  readonly onError: (error: unknown) => void;
}

export function createTicker({
  job,
  everyMs,
  jitter = 0,
  random = Math.random,
  onError,
}: TickerOptions): Ticker {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  let closed = false;

  async function run(): Promise<void> {
    if (closed) return;
    await job().catch(onError);
    schedule();
  }
  function schedule(): void {
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(() => void now(), everyMs * (1 - jitter * random()));
    timer.unref();
  }
  function now(): Promise<void> {
    queued ??= running.then(() => {
      queued = undefined;
      running = run();
      return running;
    });
    return queued;
  }
  schedule();
  return {
    now,
    async close() {
      closed = true;
      clearTimeout(timer);
      await queued;
      await running;
    },
  };
}
