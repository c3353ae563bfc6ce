/** Who is told as gone: everybody who does not come back, once, and nobody else. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Ledger } from '@switchboard/testkit';
import type { Stage } from './scenario.ts';

type Roamer = Ledger['roamers'][number];

/** Whoever is told wrongly is told at the latest so long after those who are told rightly. */
const lateMs = 1000;

interface Departures {
  gone: readonly Roamer[];
  /** They came back, perhaps after the grace. */
  perhaps?: readonly Roamer[];
  /** How long it may still take until all are told, in ms. */
  patienceMs: number;
}

/**
 * Asks the members of the rooms who kept their connection all the time: events of presence are not
 * repeated for others.
 */
export const judgeDepartures = async (
  { ledger, until, expect, figure }: Stage,
  { gone, perhaps = [], patienceMs }: Departures,
): Promise<void> => {
  const witnesses = ledger.roamers.filter(
    ({ entry }) => entry.room !== undefined && entry.marks.every(({ what }) => what !== 'away'),
  );
  const goneFrom = (witness: Roamer) =>
    gone.filter(({ entry }) => entry.room === witness.entry.room).map(({ entry }) => entry.name);
  const toldTo = (witness: Roamer) => witness.departures.map(({ user }) => user);
  const knowsAll = (witness: Roamer) =>
    goneFrom(witness).every((user) => toldTo(witness).includes(user));
  await until('all are told', () => witnesses.every(knowsAll), patienceMs).catch(() => {
    const unknowing = witnesses.filter((witness) => !knowsAll(witness));
    expect(false, `${unknowing.length} members were not told who has gone`);
  });
  await delay(lateMs);
  const excused = new Set(perhaps.map(({ entry }) => entry.name));
  for (const witness of witnesses) {
    const told = toldTo(witness)
      .filter((user) => !excused.has(user))
      .toSorted();
    const due = goneFrom(witness);
    const extra = told.filter((user, at) => !due.includes(user) || user === told[at - 1]);
    expect(extra.length === 0, `${witness.entry.name} was told too much: ${extra.join(' ')}`);
  }
  const times = witnesses.flatMap(({ departures }) => departures.map(({ atMs }) => atMs));
  figure('gone', gone.length);
  figure('toldAsGone', times.length);
  figure('lastToldMs', Math.max(...times) - (ledger.book.faults[0]?.atMs ?? 0));
  const known = new Set(witnesses.flatMap(toldTo));
  const unseen = gone.filter(({ entry }) => !known.has(entry.name));
  expect(unseen.length === 0, `${unseen.length} left without anybody who could see it`);
};
