/**
 * Follows one log: its channel through the chain, its stream where the chain shows a hole.
 * The shell around the state machine in `chain.ts`; late-comers read along through `replay.ts`.
 */
import {
  type BusEvent,
  BusUnavailable,
  type Follow,
  type FollowListener,
  type Position,
  type Replay,
} from '../contract.ts';
import { Chain, type ChainedEvent, type LogPage } from './chain.ts';
import { decodeEnvelope } from './envelope.ts';
import type { FollowLag } from './follow-lag.ts';
import type { LogLimits } from './log-limits.ts';
import type { LogKeys, LogReader } from './log-reader.ts';
import { shareReads } from './share-reads.ts';
import { isPosition } from './position.ts';
import { createHistory, createReplay, newestTimes, type ReplayDependencies } from './replay.ts';
import type { Subscriber, Subscription } from '../redis/subscriber.ts';

export interface FollowDependencies {
  readonly reader: LogReader;
  readonly subscriber: Subscriber;
  readonly limits: LogLimits;
  /** How long `ready` may take, ms. */
  readonly readyDeadlineMs: number;
  readonly counters: FollowCounters;
  readonly lag: Pick<FollowLag, 'delivered'>;
}

/** Totals since the start; see FollowStats in the contract. */
export interface FollowCounters {
  repaired: number;
  reads: number;
  lost: number;
  malformed: number;
  renewed: number;
}

const RETRY_READ_MS = 200;

export class LogFollow implements Follow {
  readonly log: LogKeys;
  readonly ready: Promise<void>;
  private readonly listener: FollowListener;
  private readonly dependencies: FollowDependencies;
  private readonly onClose: (follow: LogFollow) => void;
  private readonly subscription: Subscription;
  private readonly replay: ReplayDependencies;
  /** undefined until the newest position is known. */
  private chain: Chain | undefined;
  private early: ChainedEvent[] = [];
  private closed = false;
  private active = true;
  private settled: (() => void)[] = [];

  constructor(
    log: LogKeys,
    listener: FollowListener,
    dependencies: FollowDependencies,
    onClose: (follow: LogFollow) => void,
  ) {
    this.log = log;
    this.listener = listener;
    this.dependencies = dependencies;
    this.onClose = onClose;
    this.replay = this.replayDependencies();
    this.subscription = dependencies.subscriber.subscribe(log.channel, (message) =>
      this.receive(message),
    );
    this.ready = this.begin();
    // Whoever awaits `ready` gets the error; nobody awaiting it must not kill the process.
    this.ready.catch(() => undefined);
  }

  get position(): Position {
    return this.chain?.position ?? '0';
  }

  /** Live and not reading: its position may be compared with the log. */
  get comparable(): boolean {
    return this.chain !== undefined && !this.chain.reading;
  }

  /** Whether anything logged came since this was last asked: typing would keep a hole from being found. */
  takeActivity(): boolean {
    const was = this.active;
    this.active = false;
    return was;
  }

  settleDrift(): void {
    this.chain?.settleDrift();
  }

  check(): void {
    this.chain?.check();
  }

  async replayFrom(since: Position): Promise<Replay | undefined> {
    return isPosition(since) ? createReplay(this.replay, since) : undefined;
  }

  replayHistory(count: number, visible: (event: BusEvent) => boolean): Promise<Replay> {
    return createHistory(this.replay, count, visible);
  }

  messageTimes(count: number, visible: (event: BusEvent) => boolean): Promise<number[]> {
    return newestTimes(this.replay, count, visible);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.subscription.close();
    this.wakeSettled();
    this.onClose(this);
  }

  private async begin(): Promise<void> {
    await confirmed(this.subscription.ready, this.dependencies.readyDeadlineMs);
    const page = await this.dependencies.reader.before(this.log, undefined, 1);
    this.chain = new Chain(
      page.newest,
      {
        deliver: (event) => {
          this.dependencies.lag.delivered(event.position);
          this.listener.event(event);
        },
        read: (position) => void this.readFrom(position),
        lost: () => this.lose(),
      },
      this.dependencies.limits.pendingMaxEvents,
    );
    for (const event of this.early) this.chain.event(event);
    this.early = [];
  }

  private receive(message: Buffer): void {
    const event = decodeEnvelope(message);
    if (!event) return void this.dependencies.counters.malformed++;
    if (event.position === undefined) return this.listener.ephemeral(event);
    this.active = true;
    if (this.chain) this.chain.event(event as ChainedEvent);
    else this.early.push(event as ChainedEvent);
  }

  private lose(): void {
    this.dependencies.counters.lost++;
    this.listener.lost();
  }

  private async readFrom(position: string): Promise<void> {
    this.dependencies.counters.reads++;
    const page = await this.tryRead(position);
    if (this.closed || !this.chain) return;
    if (!page) return void setTimeout(() => this.readAgain(), RETRY_READ_MS).unref();
    this.dependencies.counters.repaired += page.events.length;
    this.chain.page(position, page);
    if (!this.chain.reading) this.wakeSettled();
  }

  private readAgain(): void {
    if (!this.closed) this.chain?.retry();
  }

  /**
   * While Redis is away the chain waits; it asks again until it is closed. So it does when what is under
   * the key is no log of ours (somebody else wrote there): one broken key must not end the process.
   */
  private async tryRead(position: string): Promise<LogPage | undefined> {
    try {
      return await this.dependencies.reader.after(
        this.log,
        position,
        this.dependencies.limits.readMaxEvents,
      );
    } catch (error) {
      if (!(error instanceof BusUnavailable)) this.dependencies.counters.malformed++;
      return undefined;
    }
  }

  private replayDependencies(): ReplayDependencies {
    return {
      reader: shareReads(this.dependencies.reader),
      log: this.log,
      maxEvents: this.dependencies.limits.readMaxEvents,
      position: () => this.position,
      closed: () => this.closed,
      catchUp: () => this.catchUp(),
    };
  }

  private catchUp(): Promise<void> {
    if (this.closed || !this.chain) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.settled.push(resolve);
    this.chain.check();
    return promise;
  }

  private wakeSettled(): void {
    for (const wake of this.settled.splice(0)) wake();
  }
}

async function confirmed(ready: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const expire = () => reject(new BusUnavailable('Redis did not confirm a subscription', 'no'));
    // What has come is read first.
    timer = setTimeout(setImmediate, deadlineMs, expire);
  });
  await Promise.race([ready, late]).finally(() => clearTimeout(timer));
}
