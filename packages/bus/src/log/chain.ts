/**
 * The one rule, as a state machine without I/O.
 *
 * Whoever is at position X is complete if and only if the first entry after X names X as its
 * `previous`, or there is none and the newest position is X. A live event that continues the chain
 * costs one comparison; anything else asks the log once, whatever arrives meanwhile.
 *
 * | state   | input                                   | output                            | next    |
 * |---------|-----------------------------------------|-----------------------------------|---------|
 * | live    | event, previous = position              | deliver                           | live    |
 * | live    | event taken from the log in a repair    | -                                 | live    |
 * | live    | any other event; a check                | read                              | reading |
 * | reading | event                                   | wait (bounded; beyond: lost)      | reading |
 * | reading | page that follows the rule, more to come| deliver each, read                | reading |
 * | reading | page that follows the rule, complete    | deliver each, then what waited    | live    |
 * | reading | page that breaks the rule               | lost, newest is the new position  | adrift  |
 * | adrift  | event, previous = position              | deliver                           | live    |
 * | adrift  | the copy of the new position            | -                                 | live    |
 * | adrift  | any other event                         | - (a read for each late copy would be a storm) | adrift  |
 * | adrift  | a second has passed                     | read, if anything was dropped     | live or reading |
 */
import type { Envelope } from './envelope.ts';

/** A logged event: an envelope with its place. */
export type ChainedEvent = Envelope & { readonly previous: string; readonly position: string };

/** What the log holds after a position, read together with the newest position. */
export interface LogPage {
  /** The newest position ever written; `'0'` when nothing was. */
  readonly newest: string;
  readonly events: readonly ChainedEvent[];
  /** True: there are more events than the page holds. */
  readonly more: boolean;
}

export interface ChainOutput {
  deliver(event: ChainedEvent): void;
  /** Asks for the page after `position`; answered by `page`. */
  read(position: string): void;
  lost(reason: 'rule' | 'pending'): void;
}

/** True if a page continues `position` without a gap. */
export function followsRule(position: string, page: LogPage): boolean {
  let previous = position;
  for (const event of page.events) {
    if (event.previous !== previous) return false;
    previous = event.position;
  }
  return page.more || previous === page.newest;
}

export class Chain {
  position: string;
  /** Positions that came from the log: their live copies, if they still come, are dropped. */
  private repaired: Set<string> | undefined;
  /** Live events that wait for a read; undefined when none is under way. */
  private waiting: ChainedEvent[] | undefined;
  private checkAgain = false;
  /** At the start and after `lost`: copies from before the position may still be on their way. */
  private adrift = true;
  private droppedAdrift = false;
  private readonly output: ChainOutput;
  private readonly pendingMaxEvents: number;

  constructor(position: string, output: ChainOutput, pendingMaxEvents: number) {
    this.position = position;
    this.output = output;
    this.pendingMaxEvents = pendingMaxEvents;
  }

  get reading(): boolean {
    return this.waiting !== undefined;
  }

  event(event: ChainedEvent): void {
    if (this.waiting) return this.wait(this.waiting, event);
    if (event.previous === this.position) return this.advance(event);
    if (this.repaired?.has(event.position) || this.isLate(event)) return;
    this.startRead();
  }

  /** Compares with the log although nothing came: a copy may be overdue. */
  check(): void {
    if (this.waiting) this.checkAgain = true;
    else this.startRead();
  }

  /** The answer to `read(asked)`. One that comes after the position was lost is for nobody. */
  page(asked: string, page: LogPage): void {
    if (!this.waiting || asked !== this.position) return;
    if (!followsRule(this.position, page)) return this.lose(page.newest, 'rule');
    this.adrift = false;
    for (const event of page.events) this.repair(event);
    if (page.more) return this.output.read(this.position);
    this.settle(page.newest);
  }

  /** Late copies must have come by now: what was taken for one is looked up. */
  settleDrift(): void {
    if (!this.adrift) return;
    this.adrift = false;
    if (this.droppedAdrift) this.check();
    this.droppedAdrift = false;
  }

  /** The read failed (Redis is away): what waits keeps waiting, the caller reads again. */
  retry(): void {
    if (this.waiting) this.output.read(this.position);
  }

  private isLate(event: ChainedEvent): boolean {
    if (!this.adrift) return false;
    if (event.position === this.position) this.adrift = false;
    else this.droppedAdrift = true;
    return true;
  }

  private wait(waiting: ChainedEvent[], event: ChainedEvent): void {
    waiting.push(event);
    // The newest position is unknown here: the last one seen is where the follower goes on.
    if (waiting.length > this.pendingMaxEvents) this.lose(event.position, 'pending');
  }

  /** The event that shows the hole need not wait: it was logged before the read is asked for. */
  private startRead(): void {
    this.waiting = [];
    this.output.read(this.position);
  }

  private advance(event: ChainedEvent): void {
    this.position = event.position;
    this.repaired = undefined;
    this.adrift = false;
    this.output.deliver(event);
  }

  private repair(event: ChainedEvent): void {
    this.position = event.position;
    this.repaired ??= new Set();
    this.repaired.add(event.position);
    this.output.deliver(event);
  }

  private lose(newest: string, reason: 'rule' | 'pending'): void {
    this.repaired = undefined;
    this.position = newest;
    this.adrift = true;
    this.output.lost(reason);
    this.settle(newest);
  }

  /**
   * The follower stands at the newest position that the read knew. What waited is either in the
   * log up to there (dropped), or continues it (delivered), or shows another hole (another read).
   */
  private settle(newest: string): void {
    const waited = this.waiting ?? [];
    this.waiting = undefined;
    const again = this.checkAgain;
    this.checkAgain = false;
    for (const event of notYetRead(waited, newest)) this.event(event);
    if (again && !this.waiting) this.check();
  }
}

/** A channel keeps the log's order: what waited up to the newest entry of a read was in that read. */
function notYetRead(waited: readonly ChainedEvent[], newest: string): readonly ChainedEvent[] {
  return waited.slice(waited.findIndex((event) => event.position === newest) + 1);
}
