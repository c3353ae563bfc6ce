/**
 * Sockets that are closed for everyone here and still have something to read: what was sent before, then
 * the close frame. A reader that has not taken it in time is cut, and so are all of them when memory is
 * short: `ws.end` would keep their buffers, out of sight, for as long as they go on reading a little.
 */
import type { WebSocket } from 'uWebSockets.js';

interface Parting {
  readonly code: number;
  readonly reason: string;
  /** By `performance.now`. */
  readonly cutAtMs: number;
}

/** Between two looks for those who are overdue, ms. */
const sweepMs = 100;

export class Partings<T> {
  private readonly partings = new Map<WebSocket<T>, Parting>();
  private readonly flushMs: number;
  private sweeping: ReturnType<typeof setInterval> | undefined;

  constructor(flushMs: number) {
    this.flushMs = flushMs;
  }

  get size(): number {
    return this.partings.size;
  }

  /** What they have not read yet. */
  get bufferedBytes(): number {
    let bytes = 0;
    for (const ws of this.partings.keys()) bytes += ws.getBufferedAmount();
    return bytes;
  }

  /** Nothing is published to it any more; what was published before has been sent. */
  add(ws: WebSocket<T>, code: number, reason: string): void {
    for (const topic of ws.getTopics()) ws.unsubscribe(topic);
    this.partings.set(ws, { code, reason, cutAtMs: performance.now() + this.flushMs });
    this.sweeping ??= setInterval(() => this.sweep(), sweepMs).unref();
  }

  /** Its buffer has become smaller: when it is empty the close frame follows. */
  drained(ws: WebSocket<T>): void {
    const parting = this.partings.get(ws);
    if (parting === undefined || ws.getBufferedAmount() > 0) return;
    setImmediate(() => {
      if (this.partings.delete(ws)) ws.end(parting.code, parting.reason);
    });
  }

  /** The socket has closed and must not be touched. */
  gone(ws: WebSocket<T>): void {
    this.partings.delete(ws);
  }

  cutAll(): void {
    for (const ws of this.partings.keys()) this.cut(ws);
  }

  private sweep(): void {
    const nowMs = performance.now();
    for (const [ws, { cutAtMs }] of this.partings) if (cutAtMs <= nowMs) this.cut(ws);
    if (this.partings.size > 0) return;
    clearInterval(this.sweeping);
    this.sweeping = undefined;
  }

  private cut(ws: WebSocket<T>): void {
    if (this.partings.delete(ws)) ws.close();
  }
}
