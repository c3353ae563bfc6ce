/**
 * One stretch of talk: clients in rooms send messages over their sockets, in turn, and a message is answered
 * when its sender has its own copy. Latency counts from the moment at which a message was meant to be sent: one
 * that had to wait, because all were waiting or the process was busy, is not excused (no coordinated omission).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createLatencyRecorder } from '../measure/latency.ts';
import { DueMoments } from './due-moments.ts';
import type { LoadShape } from './load-shape.ts';
import type { Published } from './publishing.ts';
import { monotonicUs } from './stamp.ts';

export interface TalkingOptions {
  load: LoadShape;
  /** Clients; each has one message under way at most. */
  speakers: number;
  /** Sends message `number` of client `speaker`. */
  send(speaker: number, number: number, intendedUs: number): void;
}

interface Counts {
  atUs: number;
  accepted: number;
  refused: number;
}

const lookMs = 10;
const nobody = -1;
const none = 0;

export class Talking {
  readonly #options: TalkingOptions;
  /** By client: the number of the message that is under way, or `none`, and when it was meant to be sent. */
  readonly #awaited: Float64Array;
  readonly #intendedUs: Float64Array;
  readonly #latency = createLatencyRecorder();
  readonly #due = new DueMoments(monotonicUs, (intendedUs) => this.#sayWhenFree(intendedUs));
  #counts: Counts = { atUs: monotonicUs(), accepted: 0, refused: 0 };
  #before: Counts = { ...this.#counts };
  #lastNumber: number;
  #last = 0;
  #underWay = 0;
  #isStopped = false;

  /** Numbers go on after those of the talk before. */
  constructor(options: TalkingOptions, lastNumber: number) {
    this.#options = options;
    this.#lastNumber = lastNumber;
    this.#awaited = new Float64Array(options.speakers);
    this.#intendedUs = new Float64Array(options.speakers);
  }

  start(): void {
    const { load } = this.#options;
    if (load.kind === 'open') return this.#due.start(load.ratePerS);
    for (let count = 0; count < load.connections; count += 1) this.#sayWhenFree(monotonicUs());
  }

  get lastNumber(): number {
    return this.#lastNumber;
  }

  isAwaiting(speaker: number): boolean {
    return this.#awaited[speaker] !== none;
  }

  /** A client has read its own copy of a message, or any other one of its own run. */
  heard(speaker: number, number: number): void {
    if (this.#awaited[speaker] !== number) return;
    this.#counts.accepted += 1;
    this.#latency.record(monotonicUs() - (this.#intendedUs[speaker] as number));
    this.#finish(speaker);
  }

  /** A client was told that its message was not taken, and to wait so long. */
  refused(speaker: number, number: number, waitMs: number): void {
    if (this.#awaited[speaker] !== number) return;
    this.#counts.refused += 1;
    setTimeout(() => this.#finish(speaker), waitMs).unref();
  }

  /** A socket is gone, with what was under way on it. */
  lost(speaker: number): void {
    if (this.isAwaiting(speaker)) this.#finish(speaker);
  }

  /** Gives what was said since the last call. */
  take(): Published {
    const [before, now] = [this.#before, { ...this.#counts, atUs: monotonicUs() }];
    this.#before = now;
    return {
      elapsedS: (now.atUs - before.atUs) / 1e6,
      accepted: now.accepted - before.accepted,
      refused: now.refused - before.refused,
      failed: {},
      latency: this.#latency.take(),
      queued: '',
    };
  }

  /** Says nothing more and waits for what is under way, at most `timeoutMs`. */
  async stop(timeoutMs: number): Promise<{ accepted: number }> {
    this.#isStopped = true;
    this.#due.stop();
    const deadlineUs = monotonicUs() + timeoutMs * 1000;
    while (this.#underWay > 0 && monotonicUs() < deadlineUs) await delay(lookMs);
    return { accepted: this.#counts.accepted };
  }

  /** Gives false when nobody is free. */
  #sayWhenFree(intendedUs: number): boolean {
    const speaker = this.#nextFree();
    if (speaker === nobody) return false;
    this.#say(speaker, intendedUs);
    return true;
  }

  #nextFree(): number {
    const { speakers } = this.#options;
    if (this.#underWay >= speakers) return nobody;
    do this.#last = (this.#last + 1) % speakers;
    while (this.#awaited[this.#last] !== none);
    return this.#last;
  }

  #say(speaker: number, intendedUs: number): void {
    this.#lastNumber += 1;
    this.#awaited[speaker] = this.#lastNumber;
    this.#intendedUs[speaker] = intendedUs;
    this.#underWay += 1;
    this.#options.send(speaker, this.#lastNumber, intendedUs);
  }

  #finish(speaker: number): void {
    this.#awaited[speaker] = none;
    this.#underWay -= 1;
    if (this.#isStopped) return;
    if (this.#options.load.kind === 'closed') this.#sayWhenFree(monotonicUs());
    else this.#due.drain();
  }
}
