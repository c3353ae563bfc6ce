/** Ctrl-C and its like, as one signal that everything bounded in time listens to. */

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborted at the first request to stop; further ones change nothing, since what is running is being ended
 * already. The end of the launcher (its IPC channel) is such a request too.
 */
export const awaitStopRequest = (process: NodeJS.Process): AbortSignal => {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const signal of signals) process.on(signal, stop);
  process.on('disconnect', stop);
  return controller.signal;
};

/** As `work`, but rejects at once when the signal is aborted; `work` is left to fail or end by itself. */
export const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  const done = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { signal: done.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    done.abort();
  }
};
