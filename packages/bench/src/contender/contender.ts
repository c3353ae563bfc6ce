/**
 * A system under test. Contract: it takes `POST /message` on every port of `publish`, answers 200 (or 201, 202)
 * when it has the message, and sends each message once to every socket opened by `subscribers`. `processes` are
 * all of its processes, Redis included. `stop` ends them and resolves when they are gone; it may be called at
 * any time.
 */
import type { DialectName, Persona } from '../load/dialect/dialect.ts';
import type { PublishTarget } from '../load/publishing.ts';
import type { SubscriberPlan } from '../load/subscriber.ts';
import type { Measured } from '../measure/cpu-meter.ts';

export interface Contender {
  name: string;
  processes: readonly Measured[];
  publish: PublishTarget;
  /** How to open `count` sockets that get everything, spread evenly over the nodes. */
  subscribers(count: number): Promise<SubscriberPlan[]>;
  /** Absent: it has no rooms, or a single node. */
  rooms?: Rooms;
  stop(): Promise<void>;
}

/**
 * A system whose clients sit in rooms, one each: a message goes to the clients of its chat, on all nodes, and
 * to those that get everything. Clients send over their sockets, and get what they sent like everybody else.
 */
export interface Rooms {
  dialect: DialectName;
  /** At least two. */
  nodes: readonly RoomNode[];
  /** Takes posts as long as the last node lives. */
  publish: PublishTarget;
  /** What else a client needs to be let in. */
  admit(persona: Persona): Promise<Persona>;
}

export interface RoomNode {
  port: number;
  pid: number;
}

/** `nodes` is how many hold sockets (default 2); one that cannot have so many has as many as it can. */
export type StartContender = (signal: AbortSignal, nodes?: number) => Promise<Contender>;
