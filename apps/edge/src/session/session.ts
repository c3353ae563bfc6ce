/** One socket and who is behind it. What it may see and where it stands; nothing of how it is fed. */
import {
  closeCodes,
  encodeAnswer,
  type CloseCodeName,
  type Limits,
  type Sources,
} from '@switchboard/protocol';
import type { Cancel } from '../clock/wheel.ts';
import type { TokenLife } from '../token/token-life.ts';
import type { BroadcastTicket, ChatTicket } from '../upgrade/admit.ts';
import { BadFrames } from './bad-frames.ts';
import { CommandQueue } from './command-queue.ts';
import type { Connection } from './connection.ts';
import type { FrameBuckets } from './frame-buckets.ts';
import { sourcesOfClaims, type Identity } from './identity.ts';
import type { SendLane } from './send-lane.ts';

/** RFC 6455's registry: "Try Again Later". Any code that is not ours means reconnect with backoff. */
const tryAgainLater = 1013;

export interface SessionOptions {
  readonly id: string;
  readonly connection: Connection;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly limits: Pick<Limits, 'badFramesMax' | 'badFramesWindowMs'>;
  readonly onError: (error: unknown) => void;
}

abstract class AnySession {
  readonly id: string;
  readonly connection: Connection;
  readonly openedAtMs: number;
  readonly identity: Identity;
  readonly queue: CommandQueue;
  readonly badFrames: BadFrames;
  /** What it may send; absent until it sends something. */
  buckets: FrameBuckets | undefined;
  private readonly now: () => number;
  token: TokenLife;
  phase: 'joining' | 'live' | 'ended' = 'joining';
  /** It has its `connected`, but may still be reading what it missed. */
  private isGreeted = false;
  /** Why we closed it; absent while it is open and when the client went. */
  endedBy: CloseCodeName | 'unavailable' | undefined;
  /** Its reader lags: it gets what is logged and is spared the rest. */
  isSpared = false;
  /** It has been entered in a member list and must be taken out of it. */
  entered = false;
  /** Stops the clock of its token. */
  stopTokenClock: Cancel = () => undefined;

  constructor(ticket: ChatTicket | BroadcastTicket, options: SessionOptions) {
    this.id = options.id;
    this.connection = options.connection;
    this.now = options.now;
    this.openedAtMs = options.now();
    this.identity = ticket.identity;
    this.token = ticket.token;
    this.queue = new CommandQueue(options.onError);
    this.badFrames = new BadFrames(options.limits.badFramesMax, options.limits.badFramesWindowMs);
  }

  send(frame: string | Uint8Array): void {
    if (this.phase !== 'ended') this.connection.send(frame);
  }

  /** Sends `connected` to who is not live yet: what it missed comes first. */
  greet(frame: string): void {
    this.send(frame);
    this.isGreeted = true;
  }

  /** Says why, if the client has been greeted, and closes the socket. */
  end(why: CloseCodeName, retryAfterMs?: number): void {
    if (this.isGreeted || this.phase === 'live') this.send(this.farewell(why, retryAfterMs));
    this.endWith(closeCodes[why].code, why);
  }

  /** The cluster cannot serve it now: it shall come back. */
  turnAway(): void {
    this.endWith(tryAgainLater, 'unavailable');
  }

  /** The socket has closed, by whoever. */
  over(): void {
    this.phase = 'ended';
    this.queue.close();
    this.stopTokenClock();
  }

  private farewell(why: CloseCodeName, retryAfterMs: number | undefined): string {
    const data = {
      reason: why,
      reconnect: closeCodes[why].reconnect,
      ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
    };
    return encodeAnswer('disconnecting', data, { ts: new Date(this.now()).toISOString() });
  }

  private endWith(code: number, reason: CloseCodeName | 'unavailable'): void {
    if (this.phase === 'ended') return;
    this.endedBy = reason;
    this.over();
    this.connection.close(code, reason);
  }
}

export class ChatSession extends AnySession {
  readonly socket = 'chat';
  readonly ticket: ChatTicket;
  readonly chatId: string;
  /** Its messages, where a backend is asked about them; absent until it sends one. */
  sends: SendLane | undefined;

  constructor(ticket: ChatTicket, options: SessionOptions) {
    super(ticket, options);
    this.ticket = ticket;
    this.chatId = ticket.chatId;
  }

  override over(): void {
    super.over();
    this.sends?.close();
  }
}

export class DeskSession extends AnySession {
  readonly socket = 'broadcast';
  readonly ticket: BroadcastTicket;
  /** Which chats are pushed to it. */
  sources: Sources;
  /** `sources` came live and is newer than what was read at the connect. */
  sourcesAreLive = false;

  constructor(ticket: BroadcastTicket, options: SessionOptions) {
    super(ticket, options);
    this.ticket = ticket;
    this.sources = sourcesOfClaims(ticket.identity.claims);
  }
}

export type Session = ChatSession | DeskSession;
