/** What a fault scenario is: a cluster, a plan of sends, what goes wrong meanwhile, and what must hold. */
import type {
  Cluster,
  FaultKind,
  FaultProxy,
  Ledger,
  LedgerOptions,
  PlanShape,
  Reconciliation,
  Redis,
  ScriptedBackend,
  SentinelGroup,
} from '@switchboard/testkit';

/** How large a run is: `short` in the tests, `long` by `npm run chaos`. */
export interface Scale {
  seed: number;
  seconds: number;
  isLong: boolean;
}

/** What was seen without faults. */
export interface Calm {
  readonly book: Ledger['book'];
  /** Of each edge afterwards, while the readers are there, in MiB. */
  readonly memoryMiB: readonly number[];
}

export interface Stage {
  readonly scale: Scale;
  readonly cluster: Cluster;
  readonly ledger: Ledger;
  readonly redis: Redis;
  /** Only where the scenario asks for it; then the cluster uses it and not `redis`. */
  readonly sentinels: SentinelGroup | undefined;
  /** Only where the scenario hands something over. */
  readonly backend: ScriptedBackend | undefined;
  /** Between the cluster and Redis. */
  readonly redisProxy: FaultProxy;
  /** Between the readers and each edge, in the order of `cluster.edges`; empty with `isDirect`. */
  readonly edgeProxies: readonly FaultProxy[];
  /** What was seen without faults; with `rehearses`. */
  readonly calm: Calm | undefined;
  /** Repeatable chance for the times of faults, from 0 to 1. */
  readonly random: () => number;
  /** Writes down what does not hold. */
  expect(holds: boolean, otherwise: string): void;
  /** Resolves so long after the start of the sends. */
  at(ms: number): Promise<void>;
  /** Resolves with the ms that it took; rejects when it does not come true within `patienceMs`. */
  until(what: string, holds: () => boolean | Promise<boolean>, patienceMs: number): Promise<number>;
  /** From now on readers connect to all edges but this one. */
  leaveEdge(index: number): void;
  /** Called when the scenario is over and the cluster has stopped. */
  afterwards(close: () => Promise<void>): void;
  /** A figure for the report. */
  figure(name: string, value: number | string): void;
}

/** Where readers and callers turn to instead of the cluster's processes. */
export interface Front {
  /** `ws://…` */
  sockets: string;
  /** `http://…` */
  calls: string;
  stop(): Promise<void>;
}

/** What goes on to a customer's backend. */
export interface HandOff {
  hooks: readonly ('send' | 'events')[];
  /** Which messages the outbox has to tell of; see EVENTS_HOOK_KINDS. */
  isTold: 'all' | 'of-sockets' | 'none';
  /** How the backend answers from the start on. */
  script: (backend: ScriptedBackend, random: () => number) => void;
}

export interface OtherSources {
  /** The folder of each such process, by its name. */
  of: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

export interface Scenario {
  name: string;
  /** Starts what stands before the cluster; then there are no proxies before the edges. */
  behind?: (cluster: Cluster) => Promise<Front>;
  /** A backend stands behind the cluster; the ledger is held against it, and may have refusals. */
  handOff?: HandOff;
  edges?: number;
  ingresses?: number;
  env?: Readonly<Record<string, string>>;
  /** More of it in the short form. */
  shortEnv?: Readonly<Record<string, string>>;
  /** Gets the sources that some of the processes run instead of these. */
  sources?: () => Promise<OtherSources>;
  clockOffsetsMs?: Readonly<Record<string, number>>;
  redisArgs?: readonly string[];
  /** The cluster runs on a Sentinel group. */
  onSentinels?: boolean;
  shape: (scale: Scale) => Partial<PlanShape>;
  /** Runs while the sends run. */
  faults: (stage: Stage) => Promise<void>;
  /** Looks at the result, beyond "nothing lost, nothing twice". */
  judge?: (stage: Stage, result: Reconciliation) => void | Promise<void>;
  /** How long what is missing may take to arrive after the last send (default 8 000 ms). */
  patienceMs?: number;
  /** Findings that this fault excuses. */
  excuses?: readonly FaultKind[];
  /** All readers join the first edge; the others are there for later (`leaveEdge`). */
  startsOnFirstEdge?: boolean;
  /** Without proxies between readers and edges, and edges and Redis: for many readers. */
  isDirect?: boolean;
  /**
   * Before the faults a plan of the same shape, shorter, is played without them. Where all start on
   * the first edge, it is played on the others.
   */
  rehearses?: boolean;
  /** After what silence readers give a connection up in the short form, in ms (default 30 000). */
  shortSilenceMaxMs?: number;
  /** What reads and comes back (default: the ledger's own minimal client). */
  createReader?: LedgerOptions['createReader'];
  /** How long the sends run in the short form (default 5). */
  shortSeconds?: number;
}
