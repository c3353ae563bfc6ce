/** What a call of Redis that fails, or does not settle, means for its caller. */
import { BusUnavailable } from '../contract.ts';

/** Refusals by Redis itself: the command was not executed, and trying again later may work. */
const REFUSED =
  /^(?:OOM|READONLY|LOADING|MISCONF|NOREPLICAS|MASTERDOWN|TRYAGAIN|CLUSTERDOWN|BUSY|NOPERM|NOAUTH|MOVED|ASK)\b/u;
const NOT_SENT = /writeable|enableOfflineQueue|Too many Cluster redirections/u;

/** Anything unexpected stays what it is: a bug. */
export function unavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof BusUnavailable) return error;
  if (REFUSED.test(error.message)) return new BusUnavailable(error.message, 'no', error);
  if (NOT_SENT.test(error.message))
    return new BusUnavailable('Redis is not connected', 'no', error);
  if (error.name === 'ReplyError') return error;
  return new BusUnavailable(`Redis did not answer: ${error.message}`, 'unknown', error);
}

/**
 * Settles within `deadlineMs`, whatever Redis does. A reply that has come counts, also one that this process was
 * too busy to read in time: timers are looked at before sockets.
 * @throws BusUnavailable with `executed: 'unknown'` at the deadline
 */
export function within<T>(deadlineMs: number, reply: Promise<T>): Promise<T> {
  // One promise and no race: thousands of calls are under way when many clients come back at once.
  return new Promise((resolve, reject) => {
    const expire = () =>
      reject(new BusUnavailable(`Redis did not answer within ${deadlineMs} ms`, 'unknown'));
    const timer = setTimeout(setImmediate, deadlineMs, expire);
    reply.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(unavailable(error));
      },
    );
  });
}
