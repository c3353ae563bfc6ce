/**
 * What an edge does for one room or one desk, without anything of how: a log, resume by `since`,
 * repeats known by their id. And what can go wrong with it, when it is told to.
 */
import type { FakeClock } from './fake-clock.ts';
import { ModelSocket } from './model-socket.ts';

export interface LoggedEvent {
  readonly eventId: string;
  readonly partition: number;
  /** From 1 in its partition. */
  readonly number: number;
  readonly messageId: string;
  readonly clientMessageId?: string;
  readonly frame: Record<string, unknown>;
}

export interface Faults {
  /** So many upgrades are refused. */
  refusals: number;
  /** So many messages are answered with "later". */
  laters: number;
  /** A resume begins so many events too early. */
  overlap: number;
  /** The next connection breaks after so many frames; -1: it does not. */
  breakAfter: number;
  /** Tokens older than this one are expired. */
  token: number;
}

const user = { id: 'v1', role: 'client' };

export class ModelServer {
  readonly logs: LoggedEvent[][];
  readonly faults: Faults = { refusals: 0, laters: 0, overlap: 0, breakAfter: -1, token: 0 };
  /** Nobody may connect before; set where the server asked for a pause. */
  notBeforeMs = 0;
  /** What it found wrong with the client. */
  readonly complaints: string[] = [];
  socket: ModelSocket | undefined;
  private readonly clock: FakeClock;
  /** Of each partition: events up to this number are gone. */
  private readonly trimmed: number[];
  private readonly isDesk: boolean;
  private isLive = false;
  /** It closed with 4003, and the client has not been back. */
  private hasLost = false;
  /** Of each partition: where the client's present stream began. */
  private begins: number[] = [];

  constructor(clock: FakeClock, partitions: number) {
    this.clock = clock;
    this.isDesk = partitions > 1;
    this.logs = Array.from({ length: partitions }, () => []);
    this.trimmed = this.logs.map(() => 0);
  }

  /** The class to give to a client. */
  get WebSocket(): new (url: string, protocols: string[]) => ModelSocket {
    const { clock } = this;
    const peer = {
      opened: (socket: ModelSocket) => this.opened(socket),
      received: (socket: ModelSocket, text: string) => this.received(socket, text),
      left: (socket: ModelSocket) => this.left(socket),
    };
    return class extends ModelSocket {
      constructor(url: string, protocols: string[]) {
        super(clock, peer, [url, protocols]);
      }
    };
  }

  /** A message of somebody else, or of the client. */
  append(partition: number, clientMessageId?: string): LoggedEvent {
    const log = this.logs[partition]!;
    const number = log.length + 1;
    const messageId = `m${partition}.${number}`;
    const message = {
      id: messageId,
      chat_id: 'c',
      type: 'standard',
      ...(clientMessageId === undefined
        ? { user: { id: 'o1', role: 'operator' } }
        : { user, client_message_id: clientMessageId }),
    };
    const eventId = `e${partition}.${number}`;
    const position = this.isDesk ? `${partition}:${number}` : String(number);
    const frame = { event: 'messageAdded', event_id: eventId, ts: '', position, data: { message } };
    const own = clientMessageId === undefined ? {} : { clientMessageId };
    const event = { eventId, partition, number, messageId, frame, ...own };
    log.push(event);
    return event;
  }

  /** Appends what a backend posts, and tells it. */
  post(partition: number): void {
    const { frame } = this.append(partition);
    if (this.isLive) this.tell(frame);
  }

  /** What was logged is gone: nobody can resume from before. */
  trim(): void {
    for (const [partition, log] of this.logs.entries()) this.trimmed[partition] = log.length;
  }

  /** Says why and closes; `pauseMs`: how long the client shall stay away. */
  dismiss(code: number, pauseMs?: number): void {
    const { socket } = this;
    if (socket === undefined || !socket.isOpen) return;
    if (pauseMs !== undefined) {
      const data = { reason: 'x', reconnect: true, retry_after_ms: pauseMs };
      this.tell({ event: 'disconnecting', ts: '', data });
    }
    this.isLive = false;
    this.socket = undefined;
    this.hasLost = code === 4003 && !socket.isDark;
    socket.end(code);
    // By when it has read that.
    if (!socket.isDark && pauseMs !== undefined) this.notBeforeMs = this.clock.now() + pauseMs;
  }

  cut(): void {
    const { socket } = this;
    this.isLive = false;
    this.socket = undefined;
    socket?.cut(1006);
  }

  private opened(socket: ModelSocket): void {
    if (this.clock.now() < this.notBeforeMs) this.complaints.push('came back too early');
    if (this.socket !== undefined) this.complaints.push('opened a second socket');
    if (this.hasLost && socket.url.searchParams.has('since'))
      this.complaints.push('since after 4003');
    this.socket = socket;
    this.isLive = false;
    if (this.faults.refusals > 0) {
      this.faults.refusals -= 1;
      this.socket = undefined;
      return socket.cut(1006);
    }
    socket.accept();
    if (Number(socket.token) < this.faults.token) {
      this.socket = undefined;
      return socket.end(4004);
    }
    this.welcome(socket);
  }

  private welcome(socket: ModelSocket): void {
    const since = socket.url.searchParams.get('since');
    const history = Number(socket.url.searchParams.get('history') ?? 0);
    const starts = since === null ? undefined : this.startsOf(since);
    const resumed = since === null ? {} : { resumed: starts !== undefined };
    const ends = this.logs.map((log) => log.length);
    const position = starts === undefined ? this.positionOf(ends) : since!;
    const limits = { frame_max_bytes: 65_536, typing_ttl_ms: 6_000, typing_repeat_ms: 3_000 };
    const heartbeat = { ping_after_ms: 30_000, pong_timeout_ms: 10_000 };
    const data = { session_id: 's', user, ...resumed, position, limits, heartbeat };
    this.hasLost = false;
    if (starts === undefined) this.begins = ends.map((end) => Math.max(0, end - history));
    this.tell({ event: 'connected', ts: '', data });
    if (this.socket !== socket) return;
    this.isLive = true;
    if (starts !== undefined) this.repeatFrom(starts);
    if (starts === undefined && history === 0) return;
    const from = starts ?? this.begins;
    for (const [partition, log] of this.logs.entries()) {
      for (const { frame } of log.slice(from[partition])) this.tell(frame);
    }
    this.tell({ event: 'caughtUp', ts: '', data: { count: 0 } });
  }

  /** The connection ends when the client has read what was told so far. */
  private breakOff(): void {
    const { socket } = this;
    this.faults.breakAfter = -1;
    this.isLive = false;
    this.socket = undefined;
    socket?.end(1006);
  }

  /** Not from before its stream began: that it never asked for. */
  private repeatFrom(starts: number[]): void {
    for (const [partition, start] of starts.entries()) {
      starts[partition] = Math.max(this.begins[partition]!, start - this.faults.overlap);
    }
  }

  private startsOf(since: string): number[] | undefined {
    const parts = this.isDesk ? since.split(',') : [`0:${since}`];
    const starts = new Map(parts.map((part) => part.split(':').map(Number) as [number, number]));
    const found = this.logs.map((_, partition) => starts.get(partition) ?? -1);
    if (this.isDesk && starts.size !== this.logs.length) this.complaints.push(`since=${since}`);
    return found.some((start, partition) => !(start >= this.trimmed[partition]!))
      ? undefined
      : found;
  }

  private positionOf(numbers: readonly number[]): string {
    if (!this.isDesk) return String(numbers[0]);
    return numbers.map((number, partition) => `${partition}:${number}`).join(',');
  }

  private received(socket: ModelSocket, text: string): void {
    if (socket !== this.socket) return;
    const { event, id, data } = JSON.parse(text) as {
      event: string;
      id?: string;
      data: { client_message_id: string };
    };
    if (event === 'ping') return this.tell({ event: 'pong', ts: '', data: {} });
    if (event === 'sendMessage') this.sent(id!, data.client_message_id);
  }

  private sent(requestId: string, clientMessageId: string): void {
    if (this.faults.laters > 0) {
      this.faults.laters -= 1;
      const data = {
        client_message_id: clientMessageId,
        chat_id: 'c',
        code: 'rate_limited',
        message: '',
        retryable: true,
        retry_after_ms: 300,
      };
      return this.tell({ event: 'messageNotAdded', ts: '', request_id: requestId, data });
    }
    const known = this.logs[0]!.find((event) => event.clientMessageId === clientMessageId);
    const { frame } = known ?? this.append(0, clientMessageId);
    const { position: _elsewhere, ...repeat } = frame;
    this.tell(
      known === undefined
        ? { request_id: requestId, ...frame }
        : { request_id: requestId, duplicate: true, ...repeat },
    );
  }

  private left(socket: ModelSocket): void {
    if (socket !== this.socket) return;
    this.socket = undefined;
    this.isLive = false;
  }

  private tell(frame: object): void {
    this.socket?.deliver(JSON.stringify(frame));
    if (this.faults.breakAfter > 0) this.faults.breakAfter -= 1;
    else if (this.faults.breakAfter === 0) this.breakOff();
  }
}
