/** When `npm start` should end: a signal, or whoever started it is gone. */
import { setTimeout as delay } from 'node:timers/promises';

export interface StopRequest {
  /** Aborted by the first request. */
  signal: AbortSignal;
  /** Resolves with the first request. */
  arrived: Promise<string>;
  /** Resolves when waiting should end: after `timeoutMs`, or when a person asks again. */
  impatient(timeoutMs: number): Promise<void>;
}

interface Host {
  on(event: string, listener: (...values: never[]) => void): unknown;
  channel?: { unref(): void } | null | undefined;
  stdout: { on(event: 'error', listener: () => void): unknown };
  stderr: { on(event: 'error', listener: () => void): unknown };
}

/** One Ctrl-C may come several times at once: from the terminal, from npm and from `run.mjs`. */
const sameRequestMs = 700;

export const awaitStopRequest = (host: Host): StopRequest => {
  const first = new AbortController();
  const again = new AbortController();
  let firstAt = 0;
  const request = (reason: string) => () => {
    if (!first.signal.aborted) {
      firstAt = performance.now();
      first.abort(reason);
    } else if (performance.now() - firstAt > sameRequestMs) again.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) host.on(signal, request(signal));
  host.on('disconnect', request('parent is gone'));
  host.channel?.unref();
  ignoreLostTerminal(host);
  return {
    signal: first.signal,
    arrived: aborted(first.signal),
    impatient: async (timeoutMs) => {
      await Promise.race([delay(timeoutMs), aborted(again.signal)]);
    },
  };
};

/** Writing to a terminal that is gone fails; SIGHUP or the parent's end tells what to do about it. */
const ignoreLostTerminal = ({ stdout, stderr }: Host): void => {
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
};

const aborted = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(String(signal.reason))));
