/**
 * A WebSocket to a model of a server. Frames take their time, one after the other in each direction,
 * so that a cut loses what is on its way; and it may go dark: nothing passes, and nobody is told.
 */
import type { SocketLike } from '../environment.ts';
import type { FakeClock } from './fake-clock.ts';

type Listener = (event: { readonly data?: unknown; readonly code?: number }) => void;

const latencyMs = 20;
/** Between two frames of one direction. */
const spacingMs = 2;

export interface Peer {
  opened(socket: ModelSocket): void;
  received(socket: ModelSocket, text: string): void;
  /** The client has closed it. */
  left(socket: ModelSocket): void;
}

export class ModelSocket implements SocketLike {
  readonly url: URL;
  readonly token: string;
  isOpen = false;
  isDark = false;
  private readonly clock: FakeClock;
  private readonly peer: Peer;
  private readonly listeners = new Map<string, Listener[]>();
  private freeAtMs = { in: 0, out: 0 };
  private isOver = false;

  constructor(clock: FakeClock, peer: Peer, [url, protocols]: [string, string[]]) {
    this.clock = clock;
    this.peer = peer;
    this.url = new URL(url);
    this.token = protocols[1] ?? '';
    this.later('out', () => peer.opened(this));
  }

  addEventListener(type: string, listener: Listener): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    this.later('out', () => this.peer.received(this, text));
  }

  close(): void {
    this.isOver = true;
    this.peer.left(this);
  }

  /** The server takes the upgrade. */
  accept(): void {
    this.isOpen = true;
    this.later('in', () => this.emit('open', {}));
  }

  /** A frame from the server. */
  deliver(text: string): void {
    this.later('in', () => this.emit('message', { data: text }));
  }

  /** A close frame from the server, behind what it has sent. */
  end(code: number): void {
    this.later('in', () => this.cut(code));
  }

  /** At once: what is on its way is lost. */
  cut(code: number): void {
    if (this.isOver) return;
    this.emit('close', { code });
    this.isOver = true;
  }

  private later(direction: 'in' | 'out', happen: () => void): void {
    const nowMs = this.clock.now();
    const atMs = Math.max(nowMs + latencyMs, this.freeAtMs[direction] + spacingMs);
    this.freeAtMs[direction] = atMs;
    this.clock.setTimeout(() => {
      if (!this.isOver && !this.isDark) happen();
    }, atMs - nowMs);
  }

  private emit(type: string, event: { data?: unknown; code?: number }): void {
    if (this.isOver) return;
    for (const listener of this.listeners.get(type) ?? []) listener(event);
  }
}
