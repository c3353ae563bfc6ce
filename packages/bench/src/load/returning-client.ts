/** A client that wants to be in: it comes back after every loss, with what it remembers. */
import type { Dialect, Reading } from './dialect/dialect.ts';
import { monotonicUs } from './stamp.ts';
import { openWebSocket, UpgradeRefused, type RawWebSocket } from './web-socket.ts';

export interface ReturningClientOptions {
  dialect: Dialect;
  /** Where a balancer would send this connect. */
  nextPort: () => number;
  /** How long to wait after a connection that was in has ended, in ms. */
  returnDelayMs: () => number;
  /** `tookUs`: from the first attempt on, in microseconds. */
  onIn: (reading: Reading, tookUs: number) => void;
  /** A connection that was in has ended by itself. */
  onLost: (closeCode: number) => void;
  /** A connection ended before it was in; another one is tried later. */
  onFailed: (error: Error | undefined) => void;
  onText: (bytes: Buffer, start: number, end: number) => void;
}

/** As `socket.io-client` waits by default: 1 s, twice as long each time up to 5 s, half more or less. */
const backoff = { firstMs: 1000, maxMs: 5000, jitter: 0.5 };

export class ReturningClient {
  isIn = false;
  readonly #options: ReturningClientOptions;
  #socket: RawWebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #attemptedUs = 0;

  constructor(options: ReturningClientOptions) {
    this.#options = options;
  }

  connect(): void {
    const { dialect, nextPort, onText } = this.#options;
    const port = nextPort();
    if (this.#failures === 0) this.#attemptedUs = monotonicUs();
    const take = (reading: Reading) => {
      if (reading.answer) socket.send(reading.answer);
      if (reading.isIn) this.#entered(reading);
    };
    const socket = openWebSocket(
      { port, request: dialect.request(port) },
      {
        upgraded: () => take(dialect.upgraded()),
        chunk: () => {},
        text: (bytes, start, end) => {
          onText(bytes, start, end);
          take(dialect.read(bytes, start, end));
        },
        closed: (code, error) => this.#closed(code, error),
      },
    );
    this.#socket = socket;
  }

  /** Its network is gone for `awayMs`; nothing happens to one that is away already. */
  cut(awayMs: number): void {
    if (this.#socket === undefined) return;
    this.#socket.cut();
    this.#socket = undefined;
    this.isIn = false;
    this.#connectIn(awayMs);
  }

  /** For good. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#socket?.cut();
  }

  #entered(reading: Reading): void {
    if (this.isIn) return;
    this.isIn = true;
    this.#failures = 0;
    this.#socket?.settle();
    this.#options.onIn(reading, monotonicUs() - this.#attemptedUs);
  }

  #closed(code: number, error: Error | undefined): void {
    const wasIn = this.isIn;
    this.isIn = false;
    this.#socket = undefined;
    if (wasIn) {
      this.#options.onLost(code);
      this.#connectIn(this.#options.returnDelayMs());
    } else {
      this.#options.onFailed(error);
      this.#connectIn(Math.max(this.#backoffMs(), retryAfterMs(error)));
    }
  }

  #backoffMs(): number {
    const { firstMs, maxMs, jitter } = backoff;
    const meanMs = Math.min(maxMs, firstMs * 2 ** this.#failures);
    this.#failures += 1;
    return meanMs * (1 - jitter + Math.random() * 2 * jitter);
  }

  #connectIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.connect(), ms);
  }
}

const retryAfterMs = (error: Error | undefined): number =>
  error instanceof UpgradeRefused ? error.retryAfterMs : 0;
