/**
 * The sessions that this process holds, as it believes: what Redis is compared with.
 *
 * What is done with one session is done in turn: a leave must never overtake its own join.
 */
import type { RoutedEvent } from '@switchboard/protocol';
import type { Membership } from '../contract.ts';
import { entryField } from './session-entry.ts';

export interface HeldSession {
  membership: Membership;
  readonly connected: RoutedEvent | undefined;
  /** The id under which Redis has it; undefined before it was entered. */
  nodeId: string | undefined;
}

export interface HeldSessions {
  get(partition: number, entry: string): HeldSession | undefined;
  hold(partition: number, entry: string, session: HeldSession): void;
  drop(partition: number, entry: string): HeldSession | undefined;
  /** The entries that are held in a partition now. */
  entries(partition: number): string[];
  /** The call for its end failed, or its coming was given up: nobody may have been told that it is gone. */
  oweEnd(entry: string): void;
  /** True if its end may not have been told; from now on it counts as told. */
  takeOwedEnd(entry: string): boolean;
  /** Those whose end may not have been told. */
  owedEnds(): string[];
  /** Runs after everything that was given for this entry before. */
  inTurn<T>(entry: string, task: () => Promise<T>): Promise<T>;
}

export function createHeldSessions(partitions: number): HeldSessions {
  const byPartition = Array.from({ length: partitions }, () => new Map<string, HeldSession>());
  const owed = new Set<string>();
  const turns = new Map<string, Promise<unknown>>();
  const inPartition = (partition: number) => byPartition[partition] as Map<string, HeldSession>;
  return {
    get: (partition, entry) => inPartition(partition).get(entry),
    hold: (partition, entry, session) => void inPartition(partition).set(entry, session),
    drop(partition, entry) {
      const session = inPartition(partition).get(entry);
      inPartition(partition).delete(entry);
      return session;
    },
    entries: (partition) => [...inPartition(partition).keys()],
    oweEnd: (entry) => void owed.add(entry),
    takeOwedEnd: (entry) => owed.delete(entry),
    owedEnds: () => [...owed],
    inTurn(entry, task) {
      const result = (turns.get(entry) ?? Promise.resolve()).then(task);
      // The next in turn runs whatever became of this one; its caller is told by `result`.
      const turn = result.then(
        () => undefined,
        () => undefined,
      );
      turns.set(entry, turn);
      void turn.then(() => turns.get(entry) === turn && turns.delete(entry));
      return result;
    },
  };
}

export function entryOf(membership: Membership): string {
  return entryField(membership.room, membership.sessionId);
}
