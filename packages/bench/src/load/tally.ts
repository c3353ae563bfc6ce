/** What the sockets of one receiving process got. Plain counters: they are touched millions of times a second. */
import { createLatencyRecorder } from '../measure/latency.ts';
import { ageUs, createStampReader, monotonicUs } from './stamp.ts';

/** What was received between two moments. */
export interface Received {
  elapsedS: number;
  deliveries: number;
  bytes: number;
  reads: number;
  /** Latencies of the deliveries, see `reportLatency`. */
  latency: string;
}

export class Tally {
  /** Deliveries since the process started. */
  total = 0;
  #bytes = 0;
  #reads = 0;
  #nowUs = 0;
  #sinceUs = monotonicUs();
  #totalBefore = 0;
  readonly #readStamp = createStampReader();
  readonly #latency = createLatencyRecorder();

  /** Before the frames of a chunk: they arrive together, so they share one look at the clock. */
  readonly chunk = (bytes: number): void => {
    this.#nowUs = monotonicUs();
    this.#bytes += bytes;
    this.#reads += 1;
  };

  /** Says whether it is a message: frames without a stamp are the system's own talk. */
  readonly frame = (bytes: Buffer, start: number, end: number): boolean => {
    const stampUs = this.#readStamp(bytes, start, end);
    if (stampUs < 0) return false;
    this.total += 1;
    this.#latency.record(ageUs(stampUs, this.#nowUs));
    return true;
  };

  /** Gives what came since the last call, and starts anew. */
  readonly take = (): Received => {
    const nowUs = monotonicUs();
    const received = {
      elapsedS: (nowUs - this.#sinceUs) / 1e6,
      deliveries: this.total - this.#totalBefore,
      bytes: this.#bytes,
      reads: this.#reads,
      latency: this.#latency.take(),
    };
    this.#sinceUs = nowUs;
    this.#totalBefore = this.total;
    this.#bytes = 0;
    this.#reads = 0;
    return received;
  };
}
