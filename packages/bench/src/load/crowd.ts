/** Clients that come back after every loss, and the account of what they get. */
import { createLatencyRecorder } from '../measure/latency.ts';
import type { DialectName, Persona, Reading } from './dialect/dialect.ts';
import { dialects } from './dialect/dialects.ts';
import { createNumberReader } from './message-body.ts';
import { Receipts, type Reconciled } from './receipts.ts';
import { ReturningClient } from './returning-client.ts';
import { ageUs, createStampReader, monotonicUs } from './stamp.ts';

export interface CrowdOrder {
  dialect: DialectName;
  personas: readonly Persona[];
  /** The chat of each persona. */
  chatOf: readonly number[];
  chats: number;
  /** What the ids of the messages start with. */
  run: string;
  /** Where connects go, in turn. */
  ports: readonly number[];
  /** Who loses a connection comes back after a random time up to this, in ms. */
  returnWithinMs: number;
}

export interface CutOrder {
  everyMs: number;
  awayMs: number;
}

/** How clients came back. */
export interface Returns {
  /** When each was in again, see `monotonicUs`. */
  momentsUs: number[];
  /** How long each took from its first attempt on, in microseconds. */
  tookUs: number[];
  /** How many were told that nothing is missing; that something may be missing; neither. */
  resumed: number;
  refused: number;
  untold: number;
  /** Attempts that failed, by their error. */
  failed: Record<string, number>;
  /** Connections that the server closed, or that broke, by close code. */
  lost: Record<string, number>;
}

/** At most so many connects at a time when the crowd first comes: a listen queue is short. */
const openingMax = 32;
const cutTickMs = 10;

export const noReturns = (): Returns => ({
  momentsUs: [],
  tookUs: [],
  resumed: 0,
  refused: 0,
  untold: 0,
  failed: {},
  lost: {},
});

export class Crowd {
  /** Clients that are in. */
  inCount = 0;
  /** Messages received, copies included. */
  deliveries = 0;
  readonly #order: CrowdOrder;
  readonly #clients: readonly ReturningClient[];
  readonly #receipts: Receipts;
  readonly #latency = createLatencyRecorder();
  readonly #onFirstIn = new Map<number, () => void>();
  #returns = noReturns();
  #ports: readonly number[];
  #connects = 0;
  #cutting: NodeJS.Timeout | undefined;

  constructor(order: CrowdOrder) {
    this.#order = order;
    this.#ports = order.ports;
    this.#receipts = new Receipts(order);
    this.#clients = order.personas.map((persona, index) => this.#create(persona, index));
  }

  /** Resolves when every client is in for the first time. */
  async open(): Promise<void> {
    const queue = this.#clients.keys();
    await Promise.all(Array.from({ length: openingMax }, () => this.#openEach(queue)));
  }

  /** Connects go there from now on. */
  route(ports: readonly number[]): void {
    this.#ports = ports;
  }

  /** Every client is cut once in `everyMs`, one after the other. */
  startCuts({ everyMs, awayMs }: CutOrder): void {
    const startUs = monotonicUs();
    let cuts = 0;
    this.#cutting = setInterval(() => {
      const elapsedMs = (monotonicUs() - startUs) / 1000;
      const due = Math.floor((elapsedMs / everyMs) * this.#clients.length);
      for (; cuts < due; cuts += 1) this.#cut(cuts % this.#clients.length, awayMs);
    }, cutTickMs);
  }

  stopCuts(): void {
    clearInterval(this.#cutting);
  }

  /** Since the last call. */
  takeReturns(): Returns {
    const taken = this.#returns;
    this.#returns = noReturns();
    return taken;
  }

  /** Since the last call, see `reportLatency`. */
  takeLatency(): string {
    return this.#latency.take();
  }

  reconcile(accepted: readonly number[]): Reconciled {
    return this.#receipts.reconcile(accepted);
  }

  #create(persona: Persona, index: number): ReturningClient {
    const readNumber = createNumberReader(this.#order.run);
    const readStamp = createStampReader();
    return new ReturningClient({
      dialect: dialects[this.#order.dialect](persona),
      nextPort: () => this.#ports[this.#connects++ % this.#ports.length] as number,
      returnDelayMs: () => Math.random() * this.#order.returnWithinMs,
      onIn: (reading, tookUs) => this.#enter(index, reading, tookUs),
      onLost: (code) => {
        this.inCount -= 1;
        increment(this.#returns.lost, String(code));
      },
      onFailed: (error) => increment(this.#returns.failed, error?.message ?? 'closed'),
      onText: (bytes, start, end) => {
        const number = readNumber(bytes, start, end);
        if (number < 0) return;
        this.deliveries += 1;
        this.#receipts.note(index, number);
        this.#latency.record(ageUs(readStamp(bytes, start, end), monotonicUs()));
      },
    });
  }

  async #openEach(queue: Iterable<number>): Promise<void> {
    for (const index of queue) {
      await new Promise<void>((resolve) => {
        this.#onFirstIn.set(index, resolve);
        this.#clients[index]?.connect();
      });
    }
  }

  #enter(index: number, { isResumed }: Reading, tookUs: number): void {
    this.inCount += 1;
    const onFirstIn = this.#onFirstIn.get(index);
    this.#onFirstIn.delete(index);
    if (onFirstIn !== undefined) return onFirstIn();
    this.#returns.momentsUs.push(monotonicUs());
    this.#returns.tookUs.push(tookUs);
    if (isResumed === undefined) this.#returns.untold += 1;
    else if (isResumed) this.#returns.resumed += 1;
    else this.#returns.refused += 1;
  }

  #cut(index: number, awayMs: number): void {
    const client = this.#clients[index];
    if (client?.isIn === true) this.inCount -= 1;
    client?.cut(awayMs);
  }
}

const increment = (counts: Record<string, number>, key: string): void => {
  counts[key] = (counts[key] ?? 0) + 1;
};
