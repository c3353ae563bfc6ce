/** What the command line asks for. */
import type { LoadShape } from './load/load-shape.ts';

export interface BenchOptions {
  workloads: readonly string[];
  /** Undefined: those that each workload has by default. */
  peers: readonly string[] | undefined;
  /** Processes that hold the sockets of one contender. */
  receivers: number;
  /** How long a turn may wait for other programs to leave the machine alone, in seconds. */
  patienceS: number;
  fanOut: {
    loads: readonly LoadShape[];
    subscribers: number;
    chats: number;
    seconds: number;
    rounds: number;
  };
  /** `storm` and `cuts`. */
  survival: {
    clients: number;
    roomSize: number;
    ratePerS: number;
    /** How long a fault that repeats itself goes on. */
    seconds: number;
  };
  overload: {
    subscribers: number;
    chats: number;
    seconds: number;
  };
  /** Whether the result goes to docs/benchmarks. */
  isKept: boolean;
  /** Whether stdout gets JSON in place of the table. */
  isJson: boolean;
}
