/**
 * The cluster's figures, as they were told: what each edge says of itself (`GET /nodes`) and what ingress
 * says of Redis (`/health/ready`). Rates are differences of an edge's own counters; nothing is made up.
 */

/** One item of `GET /nodes`, as far as this page needs it. */
export interface NodeFigures {
  readonly id: string;
  readonly state: string;
  readonly address: string;
  readonly version: string;
  readonly sockets: number;
  readonly rooms: number;
  readonly loop_lag_ms: number;
  readonly follow_lag_ms: number;
  readonly lease_ends_in_ms: number;
  /** Counters since the edge's start; an edge of an older version has none. */
  readonly totals?: {
    readonly messages_received: number;
    readonly messages_sent: number;
    readonly events_sent: number;
    /** Closed sockets by close code. */
    readonly closed: Readonly<Record<string, number>>;
  };
}

/** `GET /health/ready`. */
export interface RedisFigures {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly heartbeat_ms: number;
  readonly clock_offset_ms: number;
}

export interface NodeRates {
  readonly received: number;
  readonly sent: number;
}

/** One look at the cluster. */
export interface Sample {
  readonly atMs: number;
  readonly heartbeatMs: number | null;
  readonly nodes: ReadonlyMap<
    string,
    { readonly lagMs: number; readonly rates: NodeRates | undefined }
  >;
}

/** Sockets that an edge has closed, or that were gone with it. */
export interface Disconnect {
  readonly atMs: number;
  readonly node: string;
  /** The close code; `lost` where the edge itself has gone, with what it had at its last sign of life. */
  readonly code: string;
  readonly count: number;
}

export interface History {
  readonly nodes: readonly NodeFigures[];
  readonly redis: RedisFigures | undefined;
  /** The oldest first. */
  readonly samples: readonly Sample[];
  /** The newest first. */
  readonly disconnects: readonly Disconnect[];
  readonly counted: ReadonlyMap<string, Counted>;
}

/** Where an edge's counters stood, and when they last moved: it tells of them every few seconds. */
interface Counted {
  readonly totals: NodeFigures['totals'];
  /** As of the last look: it may tell of them right after a renewal. */
  readonly closed: Readonly<Record<string, number>> | undefined;
  readonly lease: number;
  readonly rates: NodeRates | undefined;
}

export const emptyHistory: History = {
  nodes: [],
  redis: undefined,
  samples: [],
  disconnects: [],
  counted: new Map(),
};

const samplesMax = 300;
const disconnectsMax = 100;

export interface Look {
  readonly atMs: number;
  readonly nodes: readonly NodeFigures[];
  readonly redis: RedisFigures | undefined;
}

/** The history with one more look at its end. */
export function withLook(history: History, { atMs, nodes, redis }: Look): History {
  const counted = new Map(
    nodes.map((node) => [node.id, count(history.counted.get(node.id), node, atMs)]),
  );
  const gone = [
    ...nodes.flatMap((node) => closedSince(history.counted.get(node.id), node, atMs)),
    ...lostSince(history.nodes, nodes, atMs),
  ];
  const sample: Sample = {
    atMs,
    heartbeatMs: redis === undefined || redis.heartbeat_ms < 0 ? null : redis.heartbeat_ms,
    nodes: new Map(
      nodes.map(({ id, follow_lag_ms }) => [
        id,
        { lagMs: follow_lag_ms, rates: counted.get(id)?.rates },
      ]),
    ),
  };
  return {
    nodes,
    redis,
    counted,
    samples: [...history.samples, sample].slice(-samplesMax),
    disconnects: [...gone, ...history.disconnects].slice(0, disconnectsMax),
  };
}

/** A lease that ends later than it would have is a renewal: only then are the counters new ones. */
function count(known: Counted | undefined, node: NodeFigures, atMs: number): Counted {
  const { totals } = node;
  const closed = totals?.closed;
  const lease = atMs + node.lease_ends_in_ms;
  const renewalMinMs = 500;
  if (known !== undefined && lease - known.lease < renewalMinMs) return { ...known, closed };
  return { totals, closed, lease, rates: ratesBetween(known, totals, lease) };
}

function ratesBetween(
  known: Counted | undefined,
  totals: NodeFigures['totals'],
  lease: number,
): NodeRates | undefined {
  if (known?.totals === undefined || totals === undefined) return undefined;
  const seconds = (lease - known.lease) / 1000;
  const rate = (now: number, before: number) => Math.max(0, now - before) / seconds;
  return {
    received: rate(totals.messages_received, known.totals.messages_received),
    sent: rate(totals.messages_sent, known.totals.messages_sent),
  };
}

function closedSince(
  known: Counted | undefined,
  { id, totals }: NodeFigures,
  atMs: number,
): Disconnect[] {
  const before = known?.closed;
  if (before === undefined || totals === undefined) return [];
  return Object.entries(totals.closed)
    .map(([code, now]) => ({ atMs, node: id, code, count: now - (before[code] ?? 0) }))
    .filter(({ count }) => count > 0);
}

/** An edge that leaves closes its sockets first and tells it; one that dies takes them along. */
function lostSince(
  known: readonly NodeFigures[],
  nodes: readonly NodeFigures[],
  atMs: number,
): Disconnect[] {
  const ids = new Set(nodes.map(({ id }) => id));
  return known
    .filter(({ id, sockets }) => !ids.has(id) && sockets > 0)
    .map(({ id, sockets }) => ({ atMs, node: id, code: 'lost', count: sockets }));
}
