/**
 * One stretch of calls and nothing else: at a fixed pace, whether or not earlier ones were answered, or so
 * many at a time. No timer runs but for the next call: what the process uses is the calls' own.
 */
import { createLatencyRecorder } from '../measure/latency.ts';
import type { LoadShape } from './load-shape.ts';
import type { Published } from './publishing.ts';
import { monotonicUs } from './stamp.ts';

/** Resolves with the status. */
export type MakeCall = () => Promise<number>;

const lookMs = 10;

export class Calling {
  readonly #latency = createLatencyRecorder();
  readonly #failed = new Map<number, number>();
  #accepted = 0;
  #underWay = 0;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  #before = { atUs: monotonicUs(), accepted: 0 };

  constructor(load: LoadShape, makeCall: MakeCall) {
    if (load.kind === 'open') this.#pace(load.ratePerS, makeCall);
    else for (let at = 0; at < load.connections; at += 1) void this.#callAgain(makeCall);
  }

  take(): Published {
    const before = this.#before;
    this.#before = { atUs: monotonicUs(), accepted: this.#accepted };
    return {
      elapsedS: (this.#before.atUs - before.atUs) / 1e6,
      accepted: this.#accepted - before.accepted,
      refused: 0,
      failed: Object.fromEntries(this.#failed),
      latency: this.#latency.take(),
      queued: '',
    };
  }

  /** Calls no more, and waits for what is under way. */
  async stop(): Promise<{ accepted: number }> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    while (this.#underWay > 0) await new Promise((resolve) => setTimeout(resolve, lookMs));
    return { accepted: this.#accepted };
  }

  #pace(ratePerS: number, makeCall: MakeCall): void {
    const startUs = monotonicUs();
    let called = 0;
    const callDue = () => {
      const dueCount = Math.floor(((monotonicUs() - startUs) * ratePerS) / 1e6);
      for (; called < dueCount; called += 1) void this.#call(makeCall);
      const nextUs = startUs + ((called + 1) * 1e6) / ratePerS;
      this.#timer = setTimeout(callDue, Math.ceil((nextUs - monotonicUs()) / 1000));
    };
    callDue();
  }

  async #callAgain(makeCall: MakeCall): Promise<void> {
    while (!this.#isStopped) await this.#call(makeCall);
  }

  async #call(makeCall: MakeCall): Promise<void> {
    const startUs = monotonicUs();
    this.#underWay += 1;
    const status = await makeCall().catch(() => 0);
    this.#underWay -= 1;
    if (status !== 200) this.#failed.set(status, (this.#failed.get(status) ?? 0) + 1);
    else this.#accepted += 1;
    this.#latency.record(monotonicUs() - startUs);
  }
}
