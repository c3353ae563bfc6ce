/**
 * What waits to be sent or answered. Messages go one at a time, so that they are accepted in the
 * order in which they were given, whatever happens to one of them; receipts go several at a time.
 * A request keeps its id over all connections: given again, it adds nothing.
 */
import type { Failure } from '../client-error.ts';

export type Lane = 'messages' | 'receipts';

export interface Request {
  /** The frame's own id, which its answer carries. */
  readonly id: string;
  readonly lane: Lane;
  readonly text: string;
  readonly bytes: number;
  /** Of a message: finds its event where the answer itself was lost. */
  readonly clientMessageId?: string;
}

interface Entry extends Request {
  readonly isSent: boolean;
  /** Answers that said: later. */
  readonly refusals: number;
}

export interface Outbox {
  /** In the order in which they were given. */
  readonly requests: readonly Entry[];
  /** Lanes that the server asked to wait. */
  readonly paused: readonly Lane[];
  readonly queueMax: number;
}

export interface Answer {
  /** The request's id, or else the id of the message that it carried. */
  readonly requestId?: string | undefined;
  readonly clientMessageId?: string | undefined;
  /** Either what it is settled with … */
  readonly value?: unknown;
  /** … or why it was refused. */
  readonly failure?: Failure | undefined;
}

/** So many requests of a lane are on their way at a time. */
const window: Readonly<Record<Lane, number>> = { messages: 1, receipts: 16 };

/** After so many answers that said "later" a request is given back. */
export const refusalsMax = 5;

export function isFull({ requests, queueMax }: Outbox, lane: Lane): boolean {
  return requests.filter((request) => request.lane === lane).length >= queueMax;
}

export function add(outbox: Outbox, request: Request): Outbox {
  const entry: Entry = { ...request, isSent: false, refusals: 0 };
  return { ...outbox, requests: [...outbox.requests, entry] };
}

export function remove(outbox: Outbox, id: string): Outbox {
  return { ...outbox, requests: outbox.requests.filter((request) => request.id !== id) };
}

export function find({ requests }: Outbox, answer: Answer): Entry | undefined {
  const { requestId, clientMessageId } = answer;
  return requestId === undefined
    ? requests.find(
        (request) => clientMessageId !== undefined && request.clientMessageId === clientMessageId,
      )
    : requests.find(({ id }) => id === requestId);
}

/** What may be sent now, and the outbox after that. */
export function take(outbox: Outbox): readonly [Outbox, readonly Entry[]] {
  const room = { ...window };
  const taken: Entry[] = [];
  for (const request of outbox.requests) {
    if (room[request.lane] === 0) continue;
    room[request.lane] -= 1;
    if (!request.isSent && !outbox.paused.includes(request.lane)) taken.push(request);
  }
  if (taken.length === 0) return [outbox, taken];
  const requests = outbox.requests.map((request) =>
    taken.includes(request) ? { ...request, isSent: true } : request,
  );
  return [{ ...outbox, requests }, taken];
}

/** The connection is gone: nobody knows what became of what was sent. */
export function takeBack(outbox: Outbox): Outbox {
  const requests = outbox.requests.map((request) =>
    request.isSent ? { ...request, isSent: false } : request,
  );
  return { ...outbox, requests };
}

/** It was told to come later: its lane waits, so that nothing overtakes it. */
export function putOff(outbox: Outbox, entry: Entry): Outbox {
  const requests = outbox.requests.map((request) =>
    request.id === entry.id
      ? { ...request, isSent: false, refusals: request.refusals + 1 }
      : request,
  );
  const others = outbox.paused.filter((lane) => lane !== entry.lane);
  return { ...outbox, requests, paused: [...others, entry.lane] };
}

export function resume(outbox: Outbox, lane: Lane): Outbox {
  return { ...outbox, paused: outbox.paused.filter((paused) => paused !== lane) };
}

/** @param lane of this lane; absent: of any */
export function isWaiting({ requests }: Outbox, lane?: Lane): boolean {
  return requests.some((request) => request.isSent && (lane ?? request.lane) === request.lane);
}
