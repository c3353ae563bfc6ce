/** What the command line asks for. */

/** Undefined: what the workload has by default. */
export interface Asked {
  /** Sockets on `/broadcast`. */
  subscribers?: number | undefined;
  /** Closed loops: each number is one load; empty: none. */
  publishers?: readonly number[] | undefined;
  /** Open loops, messages per second: each number is one load; empty: none. */
  rates?: readonly number[] | undefined;
  /** Chats that posted messages are spread over. */
  chats?: number | undefined;
  /** What is counted of each turn, or how long a fault goes on. */
  seconds?: number | undefined;
  rounds?: number | undefined;
  clients?: number | undefined;
  roomSize?: number | undefined;
  operators?: number | undefined;
  /** Idle sockets. */
  sockets?: number | undefined;
}

export interface BenchOptions {
  workloads: readonly string[];
  /** Undefined: those that each workload has by default. */
  peers: readonly string[] | undefined;
  /** Whether no workload was named: each of the selection is measured as briefly as makes sense. */
  isBrief: boolean;
  /** Processes that hold the sockets of one contender. */
  receivers: number;
  /** How long a turn may wait for other programs to leave the machine alone, in seconds. */
  patienceS: number;
  asked: Asked;
  /** Whether the result goes to docs/benchmarks. */
  isKept: boolean;
  /** Whether stdout gets JSON in place of the table. */
  isJson: boolean;
}
