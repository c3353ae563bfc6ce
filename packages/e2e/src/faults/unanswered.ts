/** Sends that nobody answers: how long a run waits for them, and what it says of them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, Ledger } from '@switchboard/testkit';
import type { Scale } from './scenario.ts';

/** For each send: all of them together take as long as a busy machine needs. */
const patienceMs = 30_000;
const lookMs = 500;
const named = 5;

/** Tried, and not answered yet. */
const waiting = ({ book }: Ledger) =>
  book.sends.filter(({ outcome, sentMs }) => outcome === 'open' && sentMs < Infinity);

/** Resolves when everything is answered, or nobody answers one of the sends any more: it stays open in the book. */
export const playInReason = async (ledger: Ledger, { seconds }: Scale): Promise<void> => {
  let isOver = false;
  const playing = ledger.play().finally(() => (isOver = true));
  const isHopeless = () =>
    ledger.now() > seconds * 1000 + patienceMs &&
    waiting(ledger).some(({ sentMs }) => ledger.now() - sentMs > patienceMs);
  const giveUp = async () => {
    while (!isOver && !isHopeless()) await delay(lookMs, undefined, { ref: false });
  };
  await Promise.race([playing, giveUp()]);
};

/** Who waits for an answer, and which processes say that they are not ready; nothing where all were answered. */
export const unansweredSends = async (
  ledger: Ledger,
  { edges, ingresses }: Cluster,
): Promise<string[]> => {
  const { sends } = ledger.book;
  const open = sends.filter(({ outcome }) => outcome === 'open');
  if (open.length === 0) return [];
  const who = waiting(ledger)
    .slice(0, named)
    .map(({ sender, sentMs }) => `${nameOf(sender)} since ${Math.round(sentMs)} ms`);
  const complaints = await Promise.all([...edges, ...ingresses].map(complaintOf));
  return [`${open.length} sends were never answered: ${who.join(', ')}`, ...complaints.flat()];
};

const nameOf = (sender: string | number): string =>
  typeof sender === 'string' ? sender : `HTTP sender ${sender}`;

const complaintOf = async ({ name, privateUrl }: Cluster['edges'][number]): Promise<string[]> => {
  try {
    const answer = await fetch(`${privateUrl}/health/ready`, { signal: AbortSignal.timeout(2000) });
    return answer.status === 200 ? [] : [`${name} is not ready: ${await answer.text()}`];
  } catch (error) {
    return [`${name} does not tell whether it is ready: ${(error as Error).message}`];
  }
};
