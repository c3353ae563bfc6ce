/**
 * Pings every socket again and again, each at a moment of its own.
 *
 * uWebSockets.js can do it by itself, but looks at its sockets every 4 s and pings all that are due in one
 * go. Those that came in one storm stay due together: 5 000 pings held up everybody else for 60 ms, and
 * again every 20 s. Here a socket gets one of many slots by chance, and a slot at a time is served.
 */
export interface Pingable {
  ping(): unknown;
}

export interface PingsOptions {
  /** Between two pings of a socket, ms. */
  readonly everyMs: number;
  /** A clock that never steps back, ms. Default `performance.now`. */
  readonly now?: () => number;
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

/** A look at the clock for each: every 125 ms when pings go out every 16 s. */
const slotCount = 128;

export class Pings<T extends Pingable> {
  private readonly slots = Array.from({ length: slotCount }, () => new Set<T>());
  private readonly slotMs: number;
  private readonly now: () => number;
  private readonly random: () => number;
  private readonly timer: NodeJS.Timeout;
  private served: number;

  constructor({ everyMs, now = () => performance.now(), random = Math.random }: PingsOptions) {
    this.slotMs = everyMs / slotCount;
    this.now = now;
    this.random = random;
    this.served = this.current();
    this.timer = setInterval(() => this.turn(), this.slotMs).unref();
  }

  /** Gives the slot, which `remove` asks for. */
  add(socket: T): number {
    const slot = Math.floor(this.random() * slotCount);
    this.slots[slot]?.add(socket);
    return slot;
  }

  /** To be called before the socket is gone: a ping of one that is closed would throw. */
  remove(socket: T, slot: number): void {
    this.slots[slot]?.delete(socket);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private current(): number {
    return Math.floor(this.now() / this.slotMs);
  }

  /** After a time without turns each socket is pinged once, however long it was. */
  private turn(): void {
    const current = this.current();
    for (let slot = Math.max(this.served, current - slotCount) + 1; slot <= current; slot += 1) {
      for (const socket of this.slots[slot % slotCount] ?? []) socket.ping();
    }
    this.served = current;
  }
}
