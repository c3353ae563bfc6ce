/**
 * A system under test. Contract: it takes `POST /message` on every port of `publish`, answers 200 when it has
 * the message, and sends each message once to every socket opened by `subscribers`. `processes` are all of its
 * processes, Redis included. `stop` ends them and resolves when they are gone; it may be called at any time.
 */
import type { PublishTarget } from '../load/publishing.ts';
import type { SubscriberPlan } from '../load/subscriber.ts';
import type { Measured } from '../measure/cpu-meter.ts';

export interface Contender {
  name: string;
  processes: readonly Measured[];
  publish: PublishTarget;
  /** How to open `count` sockets that get everything, spread evenly over the nodes. */
  subscribers(count: number): Promise<SubscriberPlan[]>;
  stop(): Promise<void>;
}

export type StartContender = (signal: AbortSignal) => Promise<Contender>;
