/** A customer's backend as a test wants it: it keeps what it is told, and answers as the script says. */

export type Hook = 'send' | 'events';

/** One call of a hook. */
export interface HookCall {
  readonly hook: Hook;
  /** From 0, in the order in which the calls were complete. */
  readonly number: number;
  /** When its body was complete, in ms of the backend. */
  readonly atMs: number;
  readonly key: string;
  /** Of a message its chat; of events all of theirs. */
  readonly chatIds: readonly string[];
  // Tests look into bodies of every shape.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
  /** How often the key came before. */
  readonly repeats: number;
  /** How it was or will be answered. */
  said: Answer;
  /** When it was answered or given up by the caller; undefined while it is under way. */
  endedMs: number | undefined;
  /** What was answered; undefined where the caller got no whole answer. */
  status: number | undefined;
}

/** How a call is answered. A final answer about a message stands: the same key gets it again. */
export interface Answer {
  /** Default 200. `reset`: the connection is cut. `never`: until the caller gives up. */
  status?: number | 'reset' | 'never';
  /** An object is sent as JSON, a string as it is. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  headAfterMs?: number;
  /** How long the body comes after the head. */
  bodyAfterMs?: number;
  /** Ends the connection in the middle of the body. */
  isCut?: boolean;
  /**
   * Whether it has kept what it was told, whatever it answers now, and says so when it is asked again
   * (default: on 2xx). False with 2xx is an answer that is not meant: another may follow.
   */
  keeps?: boolean;
  /** It posts the message itself after so long; meant for 202. */
  postsAfterMs?: number;
}

/** The newest rule that fits decides; undefined leaves it to an older one. */
export interface Rule {
  hook?: Hook;
  /** Calls with this chat in them. */
  chatId?: string;
  /** It is over after so many calls (default: none too many). */
  times?: number;
  answer: Answer | ((call: HookCall) => Answer | undefined);
}

/** A message that it was asked about and has taken. */
export interface KeptMessage {
  readonly key: string;
  /** As its answer had it. */
  readonly id: string;
  readonly chatId: string;
  readonly userId: string;
  readonly clientMessageId: string;
  readonly text: unknown;
  /** Number of the call that it was taken with. */
  readonly call: number;
}

/** An event that the outbox has told it, the first time. */
export interface KeptEvent {
  readonly eventId: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly frame: any;
  readonly call: number;
}

/** Where it posts its own messages. */
export interface Gateway {
  /** `http://…` of an ingress. */
  url: string;
  apiToken: string;
}

export interface ScriptedBackend {
  /** The settings that make a site call it. */
  readonly env: Readonly<Record<'SEND_HOOK_URL' | 'EVENTS_HOOK_URL' | 'HOOK_SECRETS', string>>;
  readonly sendUrl: string;
  readonly eventsUrl: string;
  readonly secrets: readonly string[];
  /** Every call whose signature is right, in their order. */
  readonly calls: readonly HookCall[];
  /** By `Idempotency-Key`, in the order of their being taken. */
  readonly messages: ReadonlyMap<string, KeptMessage>;
  /** By `event_id`, in the order of their first coming. */
  readonly events: ReadonlyMap<string, KeptEvent>;
  /** How often events came that it had already. */
  repeatedEvents(): number;
  /** What calls had that the contract does not allow; must be empty in the end. */
  readonly problems: readonly string[];
  /** Gives what takes the rule back. */
  script(rule: Rule): () => void;
  /** Needed for `postsAfterMs`. */
  postsTo(gateway: Gateway): void;
  /** Messages that it has posted and that were answered 200. */
  posted(): number;
  /** In ms, of the same clock as its calls. */
  now(): number;
  /** Closes its port and cuts all connections. */
  die(): Promise<void>;
  /** At the same port, with all that it had. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}
