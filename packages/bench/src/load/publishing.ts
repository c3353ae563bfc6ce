/**
 * One stretch of publishing over open connections. Latency counts from the moment at which a message was
 * meant to be posted: one that had to wait for a free connection is not excused (no coordinated omission).
 * Of a crowd it counts from the post itself, and what waited for a connection is told apart.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createLatencyRecorder, type LatencyRecorder } from '../measure/latency.ts';
import { DueMoments } from './due-moments.ts';
import type { HttpAnswer } from './http-answer.ts';
import type { LoadShape } from './load-shape.ts';
import type { MakeBody } from './message-body.ts';
import { openPublisherConnection, type PublisherConnection } from './publisher-connection.ts';
import { monotonicUs } from './stamp.ts';

export interface Published {
  elapsedS: number;
  accepted: number;
  /** Answers 429 and 503. */
  refused: number;
  /** Answers of any other kind, by status; must be empty. */
  failed: Record<number, number>;
  /** From the intended post (of a crowd from the post) to the answer 200 (201, 202), see `reportLatency`. */
  latency: string;
  /** Of a crowd: from the intended post to the post, of all that were posted. */
  queued: string;
}

export interface PublishTarget {
  /** Connections are spread over them. */
  ports: readonly number[];
  headers: string;
}

/** A message that was answered 200. */
export interface AcceptedMessage {
  number: number;
  /** When it was meant to be posted, see `monotonicUs`. */
  intendedUs: number;
}

interface Slot {
  connection?: PublisherConnection;
  number: number;
  intendedUs: number;
  /** When it was free again. */
  freeUs: number;
}

/** Servers end connections that nothing comes on: Node's after 5 s, uWebSockets.js' after 10. */
const idleMaxUs = 2e6;
const retryAfterMinMs = 100;

export class Publishing {
  refused = 0;
  error: Error | undefined;
  readonly #accepted: AcceptedMessage[] = [];
  readonly #failed = new Map<number, number>();
  readonly #latency: LatencyRecorder = createLatencyRecorder();
  readonly #queued: LatencyRecorder = createLatencyRecorder();
  readonly #makeBody: MakeBody;
  readonly #load: LoadShape;
  readonly #slots: Slot[] = [];
  readonly #idle: Slot[] = [];
  readonly #due = new DueMoments(monotonicUs, (intendedUs) => this.#postWhenIdle(intendedUs));
  #busy = 0;
  #lastNumber = 0;
  #isStopped = false;
  #before = { atUs: 0, accepted: 0, refused: 0 };

  constructor(load: LoadShape, makeBody: MakeBody) {
    this.#load = load;
    this.#makeBody = makeBody;
  }

  async start(target: PublishTarget): Promise<void> {
    for (let index = 0; index < this.#load.connections; index += 1) {
      this.#slots.push(await this.#open(target, index));
    }
    this.take();
    this.#idle.push(...this.#slots);
    if (this.#load.kind === 'open') this.#due.start(this.#load.ratePerS);
    else for (const slot of this.#idle.splice(0)) this.#post(slot, monotonicUs());
  }

  get accepted(): number {
    return this.#accepted.length;
  }

  /** What was accepted so far of what was meant to be posted from this moment on. */
  acceptedSince(fromUs: number): AcceptedMessage[] {
    return this.#accepted.filter(({ intendedUs }) => intendedUs >= fromUs);
  }

  /** Gives what was published since the last call, and starts anew. */
  take(): Published {
    if (this.error) throw this.error;
    const before = this.#before;
    this.#before = { atUs: monotonicUs(), accepted: this.accepted, refused: this.refused };
    return {
      elapsedS: (this.#before.atUs - before.atUs) / 1e6,
      accepted: this.accepted - before.accepted,
      refused: this.refused - before.refused,
      failed: Object.fromEntries(this.#failed),
      latency: this.#latency.take(),
      queued: this.#queued.take(),
    };
  }

  /** Posts nothing more, waits for open answers (at most `timeoutMs`), and closes the connections. */
  async stop(timeoutMs: number): Promise<{ accepted: number; unanswered: number }> {
    this.#isStopped = true;
    this.#due.stop();
    // A server would end a connection that nothing comes on, while others still wait for answers.
    for (const { connection } of this.#idle.splice(0)) connection?.close();
    const deadlineUs = monotonicUs() + timeoutMs * 1000;
    while (this.#busy > 0 && monotonicUs() < deadlineUs && !this.error) await delay(10);
    for (const { connection } of this.#slots) connection?.close();
    if (this.error) throw this.error;
    return { accepted: this.accepted, unanswered: this.#busy };
  }

  async #open({ ports, headers }: PublishTarget, index: number): Promise<Slot> {
    const slot: Slot = { number: 0, intendedUs: 0, freeUs: 0 };
    slot.connection = await openPublisherConnection({
      port: ports[index % ports.length] as number,
      headers,
      onAnswer: (answer) => this.#answered(slot, answer),
      onError: (error) => (this.error ??= error),
    });
    return slot;
  }

  /** Gives false when no connection is free. */
  #postWhenIdle(intendedUs: number): boolean {
    const slot = this.#takeIdle();
    if (slot === undefined) return false;
    this.#post(slot, intendedUs);
    return true;
  }

  /** The one that was used last, whose caches are warm, unless another one must be used to be kept. */
  #takeIdle(): Slot | undefined {
    const [longest] = this.#idle;
    const isStale = longest !== undefined && monotonicUs() - longest.freeUs > idleMaxUs;
    return isStale ? this.#idle.shift() : this.#idle.pop();
  }

  #post(slot: Slot, intendedUs: number): void {
    this.#lastNumber += 1;
    slot.number = this.#lastNumber;
    slot.intendedUs = this.#isCrowd ? this.#postOfCrowd(intendedUs) : intendedUs;
    this.#busy += 1;
    slot.connection?.post(this.#makeBody(slot.number, slot.intendedUs));
  }

  #postOfCrowd(intendedUs: number): number {
    const nowUs = monotonicUs();
    this.#queued.record(nowUs - intendedUs);
    return nowUs;
  }

  get #isCrowd(): boolean {
    return this.#load.kind === 'open' && this.#load.isCrowd === true;
  }

  #answered(slot: Slot, answer: HttpAnswer): void {
    this.#busy -= 1;
    const waitMs = this.#count(slot, answer);
    if (waitMs === 0) this.#free(slot);
    else setTimeout(() => this.#free(slot), waitMs).unref();
  }

  /** Gives how long this connection shall keep quiet, in ms. */
  #count(slot: Slot, { status, retryAfterS }: HttpAnswer): number {
    if (status >= 200 && status <= 202) {
      const { number, intendedUs } = slot;
      this.#accepted.push({ number, intendedUs });
      this.#latency.record(monotonicUs() - slot.intendedUs);
      return 0;
    }
    if (status === 429 || status === 503) this.refused += 1;
    else this.#failed.set(status, (this.#failed.get(status) ?? 0) + 1);
    if (this.#isCrowd) return 0;
    return Math.max(retryAfterMinMs, retryAfterS * 1000);
  }

  #free(slot: Slot): void {
    if (this.#isStopped) return slot.connection?.close();
    if (this.#load.kind === 'closed') return this.#post(slot, monotonicUs());
    slot.freeUs = monotonicUs();
    this.#idle.push(slot);
    this.#due.drain();
  }
}
