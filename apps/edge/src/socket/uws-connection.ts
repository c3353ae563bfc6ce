/** A session's connection over a uWebSockets.js socket, which must not be touched after it has closed. */
import type { WebSocket } from 'uWebSockets.js';
import type { Connection } from '../session/connection.ts';

/** Answer of `ws.send` when the frame was dropped over the back-pressure limit. */
const dropped = 2;

export class UwsConnection<T> implements Connection {
  private ws: WebSocket<T> | undefined;
  private readonly onDropped: () => void;
  private waiting: (() => void)[] = [];
  private overflowing = false;

  constructor(ws: WebSocket<T>, onDropped: () => void) {
    this.ws = ws;
    this.onDropped = onDropped;
  }

  /** After a lost frame nothing may follow: the next one's position would hide the hole. */
  overflowed(): void {
    this.overflowing = true;
  }

  send(frame: string | Uint8Array): void {
    if (this.overflowing) return;
    if (this.ws?.send(frame, false) === dropped) this.onDropped();
  }

  subscribe(topic: string): void {
    this.ws?.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    this.ws?.unsubscribe(topic);
  }

  together(act: () => void): void {
    if (this.ws === undefined) act();
    else this.ws.cork(act);
  }

  get bufferedBytes(): number {
    return this.ws?.getBufferedAmount() ?? 0;
  }

  drained(): Promise<void> {
    if (this.ws === undefined) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  close(code: number, reason: string): void {
    this.ws?.end(code, reason);
  }

  /** The buffer has become smaller. */
  wakeAt(bytes: number): void {
    if (this.bufferedBytes <= bytes) this.wake();
  }

  /** The socket has closed: it is not touched any more. */
  gone(): void {
    this.ws = undefined;
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
