/** The bus as a whole, and how it is opened. See ../contract.ts for the guarantees. */
import type { LogLimits } from '../log/log-limits.ts';
import type { LeaseTimes } from '../nodes/lease-times.ts';
import type { Control } from './control.ts';
import type { Claims, OutboxOptions } from './hand-off.ts';
import type { EventLog } from './log.ts';
import type { Nodes } from './nodes.ts';
import type { Outbox } from './outbox.ts';
import type { Presence } from './presence.ts';
import type { Rates } from './rates.ts';

export interface BusHealth {
  /** True while a write and its published copy have come back within the last 3 s. */
  readonly ready: boolean;
  readonly reasons: readonly string[];
  /** Redis' clock minus ours, ms. */
  readonly clockOffsetMs: number;
  /** Round trip of the last heartbeat through append, publish and follow; -1 before the first. */
  readonly heartbeatMs: number;
}

export interface FollowStats {
  /** Logs that are followed now. */
  readonly follows: number;
  /** Events that were read from the log because their live copy was missing. */
  readonly repaired: number;
  /** Reads of a log by followers. */
  readonly reads: number;
  /** Positions that could not be continued. */
  readonly lost: number;
  /** Messages on a channel that are no envelope. */
  readonly malformed: number;
  /** Channels subscribed again because a quiet check found a hole. */
  readonly renewed: number;
}

export interface Bus {
  readonly log: EventLog;
  readonly presence: Presence;
  readonly nodes: Nodes;
  readonly control: Control;
  readonly rates: Rates;
  readonly claims: Claims;
  readonly outbox: Outbox;
  health(): BusHealth;
  /** Now by Redis' clock, as far as known: ms since the epoch. What stamps `ts`. */
  now(): number;
  /**
   * How far this process is behind what it follows: the mean age of logged events at their delivery
   * since the last call, ms; 0 when there were none.
   */
  takeFollowLagMs(): number;
  /**
   * Reads nothing that is followed for so long, ms: events that come meanwhile are given to their
   * listeners together, in their order. While it is held already it changes nothing.
   */
  holdFollowing(forMs: number): void;
  /** What operations want to know of following: totals since the start. */
  followStats(): FollowStats;
  close(): Promise<void>;
}

/** How we prove ourselves to Redis and it to us, beyond what stands in the URL. PEM texts. */
export interface RedisAccess {
  /** With a URL of `rediss`. */
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
  };
  readonly sentinel: { readonly username?: string; readonly password?: string };
}

export interface BusOptions {
  readonly redisUrl: string;
  readonly redisAccess?: RedisAccess;
  /** Without braces. Default `sb:`. */
  readonly keyPrefix: string;
  /** Fixed when the deployment is created; another number than the deployment's is refused. Default 16. */
  readonly partitions: number;
  /** Tells the connections apart in `CLIENT LIST`. */
  readonly clientName: string;
  readonly onWarning: (message: string, details?: Record<string, unknown>) => void;
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: () => number;
  /** Default: crypto random. */
  readonly newEventId?: () => string;
  /** How much of each room's log is kept. Defaults: 500 events, 2 MiB. The same on every process. */
  readonly logLimits?: Pick<LogLimits, 'roomMaxEntries' | 'roomMaxBytes'>;
  /** Absent: nothing is handed on to a backend. The same on every process. */
  readonly outbox?: OutboxOptions;
  /** For tests of deaths, which need not take ten seconds. */
  readonly leaseTimes?: Partial<LeaseTimes>;
}

/** Connects, checks the deployment's layout and partitions, and resolves when Redis answers. */
export type OpenBus = (options: BusOptions) => Promise<Bus>;
