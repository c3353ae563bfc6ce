/**
 * Follows one log: its channel through the chain, its stream where the chain shows a hole.
 * The shell around the state machine in `chain.ts`; late-comers read along through `replay.ts`.
 */
import { BusUnavailable, type Follow, type FollowListener, type Position } from '../contract.ts';
import { Chain, type ChainedEvent, type LogPage } from './chain.ts';
import { decodeEnvelope } from './envelope.ts';
import { isPosition, type LogKeys, type LogReader } from './log-reader.ts';
import { createHistory, createReplay, newestTimes, type ReplayDependencies } from './replay.ts';
import type { LogLimits } from './log-limits.ts';
import type { Subscriber } from '../redis/subscriber.ts';

export interface FollowDependencies {
  readonly reader: LogReader;
  readonly subscriber: Subscriber;
  readonly limits: LogLimits;
  /** How long `ready` may take, ms. */
  readonly readyDeadlineMs: number;
  readonly counters: FollowCounters;
}

/** What operations want to know of following. */
export interface FollowCounters {
  /** Logged events that were read from the log because their live copy was missing. */
  repaired: number;
  /** Reads of a log by followers. */
  reads: number;
  lost: number;
  /** Messages on a channel that are no envelope. */
  malformed: number;
  /** Channels subscribed again because a quiet check found a hole. */
  renewed: number;
}

/** A follow as its keeper (quiet checks) sees it. */
export interface KeptFollow extends Follow {
  readonly log: LogKeys;
  /** Live and not reading: its position may be compared with the log. */
  readonly comparable: boolean;
  /** An event came since this was last asked. */
  takeActivity(): boolean;
  settleDrift(): void;
}

const RETRY_READ_MS = 200;

export function createFollow(
  log: LogKeys,
  listener: FollowListener,
  dependencies: FollowDependencies,
  onClose: (follow: KeptFollow) => void,
): KeptFollow {
  const { reader, subscriber, limits, counters } = dependencies;
  let chain: Chain | undefined;
  let closed = false;
  let active = true;
  const early: ChainedEvent[] = [];
  const settled: (() => void)[] = [];
  const subscription = subscriber.subscribe(log.channel, receive);

  function receive(message: Buffer): void {
    const event = decodeEnvelope(message);
    if (!event) return void counters.malformed++;
    active = true;
    if (event.position === undefined) return listener.ephemeral(event);
    if (chain) chain.event(event as ChainedEvent);
    else early.push(event as ChainedEvent);
  }

  const output = {
    deliver: (event: ChainedEvent) => listener.event(event),
    read: (position: string) => void readFrom(position),
    lost: () => {
      counters.lost++;
      listener.lost();
    },
  };

  async function readFrom(position: string): Promise<void> {
    if (closed || !chain) return;
    counters.reads++;
    const page = await tryRead(position);
    if (closed) return;
    if (!page) return void setTimeout(() => chain?.retry(), RETRY_READ_MS).unref();
    counters.repaired += page.events.length;
    chain.page(position, page);
    if (!chain.reading) for (const wake of settled.splice(0)) wake();
  }

  async function tryRead(position: string): Promise<LogPage | undefined> {
    try {
      return await reader.after(log, position, limits.readMaxEvents);
    } catch (error) {
      // While Redis is away the chain waits; it asks again until it is closed.
      if (error instanceof BusUnavailable) return undefined;
      throw error;
    }
  }

  async function begin(): Promise<void> {
    await confirmed(subscription.ready, dependencies.readyDeadlineMs);
    const page = await reader.before(log, undefined, 1);
    chain = new Chain(page.newest, output, limits.pendingMaxEvents);
    for (const event of early.splice(0)) chain.event(event);
  }

  function catchUp(): Promise<void> {
    if (closed || !chain) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    settled.push(resolve);
    chain.check();
    return promise;
  }

  const replay: ReplayDependencies = {
    reader,
    log,
    maxEvents: limits.readMaxEvents,
    position: () => chain?.position ?? '',
    closed: () => closed,
    catchUp,
  };

  const follow: KeptFollow = {
    log,
    ready: begin(),
    get position(): Position {
      return chain?.position ?? '0';
    },
    get comparable() {
      return chain !== undefined && !chain.reading;
    },
    replayFrom: async (since) => (isPosition(since) ? createReplay(replay, since) : undefined),
    replayHistory: (count, visible) => createHistory(replay, count, visible),
    messageTimes: (count, visible) => newestTimes(replay, count, visible),
    check: () => chain?.check(),
    settleDrift: () => chain?.settleDrift(),
    takeActivity() {
      const was = active;
      active = false;
      return was;
    },
    close() {
      if (closed) return;
      closed = true;
      subscription.close();
      for (const wake of settled.splice(0)) wake();
      onClose(follow);
    },
  };
  // Whoever awaits `ready` gets the error; nobody awaiting it must not kill the process.
  follow.ready.catch(() => undefined);
  return follow;
}

async function confirmed(ready: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new BusUnavailable('Redis did not confirm a subscription', 'no')), deadlineMs);
  });
  await Promise.race([ready, late]).finally(() => clearTimeout(timer));
}
