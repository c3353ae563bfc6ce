/** The frames that a socket has received, and waiting for those to come. */

/** A frame of the contract, as it was received. */
export interface Frame {
  event: string;
  // Tests look into payloads of every shape; `unknown` would put a cast into each line.
  // oxlint-disable-next-line typescript/no-explicit-any
  data: any;
  event_id?: string;
  ts?: string;
  chat_id?: string;
  position?: string;
  request_id?: string;
}

/** An event's name, or a condition. */
type Wanted = string | ((frame: Frame) => boolean);

export interface Inbox {
  /** Every frame so far, in order. */
  readonly frames: readonly Frame[];
  /** What was received but is no JSON object (it never should be). */
  readonly oddities: readonly unknown[];
  /** The first frame that fits and was not given by `next` before; rejects after `timeoutMs` or on close. */
  next(wanted: Wanted, timeoutMs?: number): Promise<Frame>;
  /** All frames so far of this event, or that fit. */
  all(wanted: Wanted): Frame[];
}

interface Waiter {
  fits: (frame: Frame) => boolean;
  take: (frame: Frame) => void;
  fail: (reason: string) => void;
}

export const createInbox = (): Inbox & { put(data: unknown): void; end(reason: string): void } => {
  const frames: Frame[] = [];
  const oddities: unknown[] = [];
  const fresh: Frame[] = [];
  const waiters = new Set<Waiter>();
  let ended: string | undefined;

  const put = (data: unknown) => {
    const frame = parseFrame(data);
    if (frame === undefined) return void oddities.push(data);
    frames.push(frame);
    const waiter = [...waiters].find(({ fits }) => fits(frame));
    if (waiter === undefined) fresh.push(frame);
    else waiter.take(frame);
  };

  const next = (wanted: Wanted, timeoutMs = 5000) => {
    const fits = asCondition(wanted);
    const index = fresh.findIndex(fits);
    if (index >= 0) return Promise.resolve(fresh.splice(index, 1)[0] as Frame);
    const describe = () => `${String(wanted)}; received: ${names(frames)}`;
    if (ended !== undefined) return Promise.reject(new Error(`${ended} without ${describe()}`));
    return waitFor(waiters, { fits, timeoutMs, describe });
  };

  const end = (reason: string) => {
    ended = reason;
    for (const waiter of waiters) waiter.fail(reason);
  };

  return { frames, oddities, next, all: (wanted) => frames.filter(asCondition(wanted)), put, end };
};

const waitFor = (
  waiters: Set<Waiter>,
  {
    fits,
    timeoutMs,
    describe,
  }: { fits: Waiter['fits']; timeoutMs: number; describe: () => string },
): Promise<Frame> =>
  new Promise((resolve, reject) => {
    const finish = (then: () => void) => {
      clearTimeout(timer);
      waiters.delete(waiter);
      then();
    };
    const waiter: Waiter = {
      fits,
      take: (frame) => finish(() => resolve(frame)),
      fail: (reason) => finish(() => reject(new Error(`${reason} without ${describe()}`))),
    };
    const timer = setTimeout(() => waiter.fail(`${timeoutMs} ms passed`), timeoutMs);
    waiters.add(waiter);
  });

const asCondition = (wanted: Wanted): ((frame: Frame) => boolean) =>
  typeof wanted === 'string' ? ({ event }) => event === wanted : wanted;

const names = (frames: readonly Frame[]): string =>
  frames.map(({ event }) => event).join(', ') || 'nothing';

const parseFrame = (data: unknown): Frame | undefined => {
  if (typeof data !== 'string') return undefined;
  try {
    const value = JSON.parse(data) as unknown;
    return typeof value === 'object' && value !== null ? (value as Frame) : undefined;
  } catch {
    return undefined; // Kept in `oddities` by the caller.
  }
};
