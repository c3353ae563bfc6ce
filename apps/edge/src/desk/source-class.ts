/**
 * Sessions with equal sources are one class: what is pushed to a chat's operators is decided once per
 * class and state of the chat, never once per socket.
 */
import { decodeRouting } from '@switchboard/bus';
import { sourcesMatch, type Sources } from '@switchboard/protocol';

/** Decisions kept per class. Beyond: all are forgotten and made again. */
const decisionsMax = 10_000;

export class SourceClass {
  readonly id: number;
  readonly sources: Sources;
  private readonly decisions = new Map<string, boolean>();

  constructor(id: number, sources: Sources) {
    this.id = id;
    this.sources = sources;
  }

  /** Whether a chat in this state (or as it was before an update) is among the sources. */
  matches(routing: string): boolean {
    const known = this.decisions.get(routing);
    if (known !== undefined) return known;
    if (this.decisions.size >= decisionsMax) this.decisions.clear();
    const decided = this.decide(routing);
    this.decisions.set(routing, decided);
    return decided;
  }

  private decide(routing: string): boolean {
    const chats = decodeRouting(routing);
    // Of a chat of which nothing is known only those get the events who get every chat's.
    const states = chats.length === 0 ? [{}] : chats;
    // Nobody's id is empty: who is assigned is looked at elsewhere, per session.
    return states.some(({ operatorId: _assigned, ...chat }) =>
      sourcesMatch(this.sources, chat, ''),
    );
  }
}

/** The same for sources that push the same, whatever their order and names. */
export function classKey({ widgets, departments }: Sources): string {
  return JSON.stringify([idsOf(widgets), idsOf(departments)]);
}

function idsOf(list: Sources['widgets']): string[] | null {
  return list === null ? null : [...new Set(list.map(({ id }) => id))].sort();
}
