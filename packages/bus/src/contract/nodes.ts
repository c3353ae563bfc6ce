/** The processes of the cluster: leases, figures, lag. See ../contract.ts for the guarantees. */

/** What a node tells of itself with each renewal: for people, `/nodes` and admission. */
export interface NodeStats {
  readonly state: 'starting' | 'ready' | 'draining';
  readonly address: string;
  readonly version: string;
  readonly sockets: number;
  readonly rooms: number;
  readonly loopLagMs: number;
  readonly followLagMs: number;
  /** Connects since its start whose X-Forwarded-For came from nobody who is trusted. */
  readonly forwardedIgnored: number;
  /** Connects since its start from a trusted proxy that named nobody. */
  readonly forwardedMissing: number;
  /** Absent: a node of an older version. */
  readonly totals?: NodeTotals | undefined;
}

/** What a node has done since its start. */
export interface NodeTotals {
  /** `sendMessage` frames of clients. */
  readonly messagesReceived: number;
  /** Messages given to sockets: one for each socket. */
  readonly messagesSent: number;
  /** Events of every kind given to sockets. */
  readonly eventsSent: number;
  /** Sockets that have closed, by close code. */
  readonly closed: Readonly<Record<string, number>>;
}

/** How late a node is. */
export type NodeLag = Pick<NodeStats, 'loopLagMs' | 'followLagMs'>;

/** What the nodes that are late have told of it; no I/O. */
export interface LagWatch {
  /** The worst lag of any node in the last second, ms; 0 when none is late. */
  worstMs(): number;
  close(): void;
}

export interface NodeInfo extends NodeStats {
  readonly nodeId: string;
  readonly leaseEndsInMs: number;
  readonly alive: boolean;
}

/** The lease of this process. Edges hold one; ingress only reads. */
export interface NodeLease {
  /** Changes when the node was found dead by mistake: then all its sessions have been joined again. */
  readonly nodeId: string;
  /** Renews now instead of within 3 s: its state has changed, and people look at it. */
  tell(): void;
  /** Tells the last figures and ends the lease after `graceMs`; the sessions' leaves are left to the cleaners. */
  release(graceMs: number): Promise<void>;
}

export interface Nodes {
  /** Enters this process and renews every 3 s for 10 s; cleans up after nodes that died. */
  enter(nodeId: string, stats: () => NodeStats): Promise<NodeLease>;
  list(): Promise<NodeInfo[]>;
  /**
   * Tells all processes that this node is late. What was told holds for a second: to be told several
   * times in it while it lasts, and not at all otherwise.
   */
  tellLag(lag: NodeLag): Promise<void>;
  /** Hears what is told from now on, of this process too. */
  watchLag(): LagWatch;
}
