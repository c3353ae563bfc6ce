/** A session's connection over a uWebSockets.js socket, which must not be touched after it has closed. */
import type { WebSocket } from 'uWebSockets.js';
import type { Connection } from '../session/connection.ts';

/** Answers of `ws.send`: the frame waits in our memory; it was dropped over the back-pressure limit. */
const waits = 0;
const dropped = 2;

export interface ConnectionEvents<T> {
  /** A frame was lost. */
  readonly dropped: () => void;
  /** A frame waits: its reader does not keep up. */
  readonly pressed: () => void;
  /** It was closed before its reader had taken everything: the close frame has to wait. */
  readonly parting: (ws: WebSocket<T>, code: number, reason: string) => void;
}

export class UwsConnection<T> implements Connection {
  private ws: WebSocket<T> | undefined;
  private readonly events: ConnectionEvents<T>;
  private waiting: (() => void)[] = [];
  private overflowing = false;

  constructor(ws: WebSocket<T>, events: ConnectionEvents<T>) {
    this.ws = ws;
    this.events = events;
  }

  /** After a lost frame nothing may follow: the next one's position would hide the hole. */
  overflowed(): void {
    this.overflowing = true;
  }

  send(frame: string | Uint8Array): void {
    if (this.overflowing) return;
    const status = this.ws?.send(frame, false);
    if (status === waits) this.events.pressed();
    if (status === dropped) this.events.dropped();
  }

  subscribe(topic: string): void {
    this.ws?.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    this.ws?.unsubscribe(topic);
  }

  together(act: () => void): void {
    if (this.ws === undefined) return act();
    this.ws.cork(act);
    // What did not leave at the end was told to no `send`.
    if (this.bufferedBytes > 0) this.events.pressed();
  }

  get bufferedBytes(): number {
    return this.ws?.getBufferedAmount() ?? 0;
  }

  drained(): Promise<void> {
    if (this.ws === undefined) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  close(code: number, reason: string): void {
    const { ws } = this;
    if (ws === undefined) return;
    if (ws.getBufferedAmount() === 0) return ws.end(code, reason);
    this.gone();
    this.events.parting(ws, code, reason);
  }

  /** The buffer has become smaller. */
  wakeAt(bytes: number): void {
    if (this.bufferedBytes <= bytes) this.wake();
  }

  /** The socket has closed or is closing: it is not touched any more. */
  gone(): void {
    this.ws = undefined;
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
