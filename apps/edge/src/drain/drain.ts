/**
 * The end of an edge under traffic: balancers are told first, then sockets are closed a few at a time
 * in random order, so that the other edges are not run over by those who come back.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Session } from '../session/session.ts';
import type { SessionTable } from '../session/session-table.ts';

export interface DrainOptions {
  readonly table: SessionTable;
  readonly stopListening: () => void;
  /** The first socket is about to be closed. */
  readonly onClosing: () => void;
  /** How long balancers need to see that this node is not ready, ms. */
  readonly waitMs: number;
  /** Over how long the sockets are closed, ms. */
  readonly windowMs: number;
  /** How long commands that were taken may be answered before their socket is closed, ms. */
  readonly answerMs: number;
  /** Clients are asked to wait up to this long before they come back, ms. */
  readonly retrySpreadMs: number;
  /** How long close frames may take to leave, ms. */
  readonly flushMs: number;
  /** Takes no more commands of a session; undefined when all that were taken have been answered. */
  readonly finish: (session: Session) => Promise<void> | undefined;
  /** Tells a session what is not answered by then. */
  readonly abandon: (session: Session) => void;
  /** Sockets that are closed but for what their readers have not taken yet. */
  readonly partings: { readonly size: number };
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Between two waves, ms; each comes at a random moment of its own. */
const waveMs = 100;

export async function drain(options: DrainOptions): Promise<void> {
  const { table, windowMs, random } = options;
  await delay(options.waitMs);
  options.stopListening();
  options.onClosing();
  const begun = performance.now();
  const waves = Math.max(1, Math.floor(windowMs / waveMs));
  const sessions = shuffled([...table.all()], random);
  const waveSize = Math.ceil(sessions.length / waves);
  const leaving: Promise<void>[] = [];
  for (let start = 0, wave = 0; start < sessions.length; start += waveSize, wave += 1) {
    const dueMs = waves === 1 ? 0 : (wave + random()) * waveMs;
    await delay(Math.max(0, begun + dueMs - performance.now()));
    leaving.push(...sessions.slice(start, start + waveSize).map((one) => sendHome(one, options)));
  }
  // Who came in between the last look and the closed door.
  leaving.push(...[...table.all()].map((session) => sendHome(session, options)));
  await Promise.all(leaving);
  await untilFlushed(options);
}

/** Who is joining still is turned away at once: it has been answered nothing that would have to end. */
async function sendHome(session: Session, options: DrainOptions): Promise<void> {
  const { random, finish, abandon, answerMs, retrySpreadMs } = options;
  const answers = session.phase === 'live' ? finish(session) : undefined;
  if (answers !== undefined) await within(answerMs, answers);
  if (session.phase === 'live') abandon(session);
  session.end('draining', Math.round(random() * retrySpreadMs));
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  const done = new AbortController();
  const tooLate = delay(timeoutMs, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([work, tooLate]).finally(() => done.abort());
}

async function untilFlushed({ table, partings, flushMs }: DrainOptions): Promise<void> {
  const deadline = performance.now() + flushMs;
  while (table.size + partings.size > 0 && performance.now() < deadline) await delay(10);
}

/** Fisher and Yates. */
function shuffled<T>(items: T[], random: () => number): T[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other]!, items[last]!];
  }
  return items;
}

export interface DrainTimes {
  readonly waitMs: number;
  readonly windowMs: number;
  readonly answerMs: number;
  readonly flushMs: number;
}

/** The times of a drain, cut to what the process's own end leaves of its time. */
export function boundDrain(wanted: DrainTimes, shutdownTimeoutMs: number): DrainTimes {
  let leftMs = Math.max(0, shutdownTimeoutMs * 0.8);
  const take = (wantedMs: number, share: number) => {
    const takenMs = Math.min(wantedMs, leftMs * share);
    leftMs -= takenMs;
    return takenMs;
  };
  const flushMs = take(wanted.flushMs, 0.1);
  const answerMs = take(wanted.answerMs, 0.25);
  const waitMs = take(wanted.waitMs, 0.5);
  return { waitMs, windowMs: take(wanted.windowMs, 1), answerMs, flushMs };
}
