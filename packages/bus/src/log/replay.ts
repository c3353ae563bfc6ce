/**
 * How a late-comer reads what it missed and then joins a follow.
 *
 * It reads the log by the one rule until it stands where the follow stands, and is live in that
 * very turn: what comes next comes to both. No buffer is needed, whatever arrives meanwhile.
 */
import type { BusEvent, Position, Replay, ReplaySink } from '../contract.ts';
import { type ChainedEvent, followsRule } from './chain.ts';
import type { LogKeys, LogReader } from './log-reader.ts';
import { positionMs } from './position.ts';

export interface ReplayDependencies {
  readonly reader: Pick<LogReader, 'after' | 'before'>;
  readonly log: LogKeys;
  readonly maxEvents: number;
  /** Where the follow stands now. */
  readonly position: () => Position;
  readonly closed: () => boolean;
  /** Lets the follow read the log up to its end. */
  readonly catchUp: () => Promise<void>;
}

/** A late-comer that never meets the follow is cut off: its reader is slower than the room. */
const MAX_PAGES = 500;

/** undefined when `since` cannot be continued. @throws BusUnavailable */
export async function createReplay(
  from: ReplayDependencies,
  since: Position,
): Promise<Replay | undefined> {
  if (since === from.position()) return { run: (sink) => run(from, since, [], sink) };
  const page = await from.reader.after(from.log, since, from.maxEvents);
  if (!followsRule(since, page)) return undefined;
  return { run: (sink) => run(from, since, page.events, sink) };
}

/** From the `count`-th newest `messageAdded` that is visible. @throws BusUnavailable */
export async function createHistory(
  from: ReplayDependencies,
  count: number,
  visible: (event: BusEvent) => boolean,
): Promise<Replay> {
  const { events, newest } = await newestMessages(from, count, visible);
  const since = events[0]?.previous ?? newest;
  return { run: (sink) => run(from, since, events, sink) };
}

/** When the `count` newest visible messages were logged, newest first. @throws BusUnavailable */
export async function newestTimes(
  from: ReplayDependencies,
  count: number,
  visible: (event: BusEvent) => boolean,
): Promise<number[]> {
  const { events } = await newestMessages(from, count, visible);
  return events
    .filter((event) => isMessage(event, visible))
    .map((event) => positionMs(event.position))
    .reverse();
}

function isMessage(event: BusEvent, visible: (event: BusEvent) => boolean): boolean {
  return event.name === 'messageAdded' && visible(event);
}

/** Reads backwards until `count` messages are found: all events from the oldest of them, in order. */
async function newestMessages(
  from: ReplayDependencies,
  count: number,
  visible: (event: BusEvent) => boolean,
): Promise<{ events: ChainedEvent[]; newest: Position }> {
  const found: ChainedEvent[] = [];
  let sliceStart = 0;
  let messages = 0;
  let newest: Position | undefined;
  for (let more = count > 0; more;) {
    const page = await from.reader.before(from.log, found.at(-1)?.position, from.maxEvents);
    newest ??= page.newest;
    for (const event of page.events) {
      found.push(event);
      if (!isMessage(event, visible)) continue;
      sliceStart = found.length;
      if (++messages === count) break;
    }
    more = messages < count && page.events.length === from.maxEvents;
  }
  return { events: found.slice(0, sliceStart).reverse(), newest: newest ?? from.position() };
}

/** Delivers what is known, then reads on, until the follow is met. */
async function run(
  from: ReplayDependencies,
  since: Position,
  known: readonly ChainedEvent[],
  sink: ReplaySink,
): Promise<'live' | 'lost'> {
  let cursor = since;
  let events = known;
  for (let pages = 0; pages < MAX_PAGES && !from.closed(); pages++) {
    for (const event of events) {
      if (cursor === from.position()) break;
      // No turn may pass between the delivery and the comparison, unless the sink asks for one.
      const pause = sink.deliver(event);
      cursor = event.position;
      if (pause) await pause;
    }
    if (cursor === from.position()) {
      sink.live();
      return 'live';
    }
    const page = await from.reader.after(from.log, cursor, from.maxEvents);
    if (!followsRule(cursor, page)) return 'lost';
    // The log holds nothing more, so the follow is behind: its live copies are still on their way.
    if (page.events.length === 0 && cursor !== from.position()) await from.catchUp();
    events = page.events;
  }
  return 'lost';
}
