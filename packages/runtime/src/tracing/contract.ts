/** What a process asks of tracing, and what it has to tell it. */

/** What is traced of a log; the bus' `EventLog` is one. */
export interface TracedLog {
  append(request: never): Promise<{ readonly kind: string }>;
  followRoom(chatId: string, listener: never): unknown;
  followFeed(partition: number, listener: never): unknown;
}

export type Publish = (topic: string, frame: string | Uint8Array) => number;

export interface Tracing {
  /** The same log; its appends and what its followers do with an event become spans. */
  log<L extends TracedLog>(log: L): L;
  /** The same; the sockets that it reaches stand in the span of the fan-out. */
  publish(publish: Publish): Publish;
  /** Sends what is left, for two seconds at most; never rejects. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  /** Of a collector's OTLP over HTTP, without `/v1/traces`; undefined: off. */
  readonly endpoint: string | undefined;
  /** Part of the events that is traced, 0 to 1; all processes decide the same of an event. */
  readonly ratio: number;
  readonly role: string;
  readonly version: string;
  readonly nodeId: string;
  readonly onWarning: (message: string, details: Record<string, unknown>) => void;
}
