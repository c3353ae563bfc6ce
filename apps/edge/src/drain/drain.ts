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
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Between two waves, ms. */
const waveMs = 100;
/** Clients are asked to wait up to this long before they come back, ms. */
const retrySpreadMs = 1_000;
/** How long close frames may take to leave, ms. */
const flushMs = 500;

export async function drain(options: DrainOptions): Promise<void> {
  await delay(options.waitMs);
  options.stopListening();
  options.onClosing();
  const waves = Math.max(1, Math.floor(options.windowMs / waveMs));
  const sessions = shuffled([...options.table.all()], options.random);
  const waveSize = Math.ceil(sessions.length / waves);
  for (let start = 0; start < sessions.length; start += waveSize) {
    if (start > 0) await delay(waveMs);
    for (const session of sessions.slice(start, start + waveSize)) sendHome(session, options);
  }
  // Who came in between the last look and the closed door.
  for (const session of options.table.all()) sendHome(session, options);
  await untilEmpty(options.table);
}

function sendHome(session: Session, { random }: DrainOptions): void {
  session.end('draining', Math.round(random() * retrySpreadMs));
}

async function untilEmpty(table: SessionTable): Promise<void> {
  const deadline = performance.now() + flushMs;
  while (table.size > 0 && performance.now() < deadline) await delay(10);
}

/** Fisher and Yates. */
function shuffled<T>(items: T[], random: () => number): T[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other]!, items[last]!];
  }
  return items;
}

/** Wait and window cut to what the process's own end leaves of its time. */
export function boundDrain(
  wanted: { readonly waitMs: number; readonly windowMs: number },
  shutdownTimeoutMs: number,
): { waitMs: number; windowMs: number } {
  const budgetMs = Math.max(0, shutdownTimeoutMs * 0.8 - flushMs);
  const waitMs = Math.min(wanted.waitMs, budgetMs / 2);
  return { waitMs, windowMs: Math.min(wanted.windowMs, budgetMs - waitMs) };
}
