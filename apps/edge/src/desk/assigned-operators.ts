/** Who a chat is, and before an update was, assigned to: they get its events whatever their sources. */
import { decodeRouting } from '@switchboard/bus';

const linesMax = 10_000;

export type AssignedOperators = (routing: string) => readonly string[];

/** Remembers what it has read: many events have the same routing. */
export function createAssignedOperators(): AssignedOperators {
  const byLine = new Map<string, readonly string[]>();
  return (routing) => {
    const known = byLine.get(routing);
    if (known !== undefined) return known;
    if (byLine.size >= linesMax) byLine.clear();
    const operators = read(routing);
    byLine.set(routing, operators);
    return operators;
  };
}

function read(routing: string): readonly string[] {
  const ids = decodeRouting(routing).flatMap(({ operatorId }) => operatorId || []);
  return [...new Set(ids)];
}
