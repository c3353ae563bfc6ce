/**
 * Holds what sockets were told against what the customer's backend has. Pure.
 *
 * | finding     | a message that …                                                                     |
 * |-------------|--------------------------------------------------------------------------------------|
 * | untaken     | was accepted over a socket, and the backend was not asked about it, or has not taken it |
 * | untold      | is in the log, and the outbox has not told of it                                     |
 * | invented    | the outbox has told of, and the log does not have                                    |
 * | doubled     | the backend has twice: under two keys, or as two events                              |
 * | misordered  | was taken before an earlier one of its sender, or told before one that the log has before it |
 * | misanswered | was answered otherwise than the backend decided, or with another code                |
 * | astray      | was refused to somebody who had not sent it (the number is -1)                        |
 */
import type { HookCall, ScriptedBackend } from '../scripted-backend/contract.ts';
import type { Book, SendEntry } from './book.ts';
import { numberOf } from './note-receipt.ts';

export const backendFaultKinds = [
  'untaken',
  'untold',
  'invented',
  'doubled',
  'misordered',
  'misanswered',
  'astray',
] as const;

export type BackendFaultKind = (typeof backendFaultKinds)[number];

export type BackendFindings = Record<BackendFaultKind, number[]>;

export interface BackendAccount {
  book: Book;
  backend: Pick<ScriptedBackend, 'calls' | 'messages' | 'events'>;
  /** Without it the send hook is not looked at. */
  isAsked: boolean;
  /** Which messages the outbox has to tell of. */
  isTold: 'all' | 'of-sockets' | 'none';
}

/** The numbers of the sends that each finding is about; call it when everything has settled. */
export const reconcileBackend = (account: BackendAccount): BackendFindings => {
  const findings = Object.fromEntries(
    backendFaultKinds.map((kind) => [kind, []]),
  ) as unknown as BackendFindings;
  if (account.isAsked) judgeAnswers(account, findings);
  if (account.isTold !== 'none') judgeOutbox(account, findings);
  findings.astray.push(...account.book.strays.map(() => -1));
  return findings;
};

const isOfSocket = (send: SendEntry | undefined): boolean => typeof send?.sender === 'string';

const judgeAnswers = ({ book, backend }: BackendAccount, findings: BackendFindings): void => {
  const decisions = decisionsOf(backend.calls);
  const takenBy = new Map<number, number>();
  for (const { text, call } of originalTexts(backend)) {
    const number = numberOf(text);
    if (takenBy.has(number)) findings.doubled.push(number);
    else takenBy.set(number, call);
  }
  for (const [number, send] of book.sends.entries()) {
    if (!isOfSocket(send)) continue;
    if (send.outcome === 'accepted' && !takenBy.has(number)) findings.untaken.push(number);
    if (!isAnsweredAs(send, decisions.get(number))) findings.misanswered.push(number);
  }
  judgeSenders(book, takenBy, findings);
};

/** What was asked, of the messages that were taken: an answer may have another text. */
const originalTexts = ({ messages, calls }: BackendAccount['backend']) =>
  [...messages.values()].map(({ call }) => ({ call, text: calls[call]?.body.message.text }));

interface Decision {
  isRefusal: boolean;
  reason: string | undefined;
}

const verdicts = new Set<unknown>([400, 403, 409, 410, 422]);

/** The first final answer about each message. */
const decisionsOf = (calls: readonly HookCall[]): ReadonlyMap<number, Decision> => {
  const decisions = new Map<number, Decision>();
  for (const { hook, body, said } of calls) {
    if (hook !== 'send') continue;
    const number = numberOf(body.message.text);
    const { status = 200, body: words } = said;
    const isRefusal = verdicts.has(status);
    const isTaken = said.keeps ?? (typeof status === 'number' && status >= 200 && status < 300);
    if (!decisions.has(number) && (isRefusal || isTaken))
      decisions.set(number, { isRefusal, reason: (words as { code?: string } | undefined)?.code });
  }
  return decisions;
};

/** What the backend has not decided may be open, or refused by somebody else. */
const isAnsweredAs = ({ outcome, code, reason }: SendEntry, decision?: Decision): boolean => {
  if (outcome === 'open') return true;
  if (decision === undefined) return code !== 'backend_rejected';
  if (!decision.isRefusal) return outcome === 'accepted';
  return outcome === 'refused' && code === 'backend_rejected' && reason === decision.reason;
};

/** Somebody's messages are taken in the order in which they were first sent. */
const judgeSenders = (
  { sends }: Book,
  takenBy: ReadonlyMap<number, number>,
  findings: BackendFindings,
): void => {
  const bySender = Map.groupBy(takenBy.keys(), (number) => sends[number]?.sender);
  for (const numbers of bySender.values()) {
    const inOrder = numbers.toSorted((a, b) => sends[a]!.sentMs - sends[b]!.sentMs);
    findings.misordered.push(
      ...outOfOrder(inOrder.map((number) => [number, takenBy.get(number)!])),
    );
  }
};

/** Of pairs of a number and its place: the numbers that stand behind a later place. */
const outOfOrder = (places: readonly (readonly [number, number])[]): number[] => {
  let latest = -Infinity;
  return places.flatMap(([number, place]) => {
    const isLate = place < latest;
    latest = Math.max(latest, place);
    return isLate ? [number] : [];
  });
};

interface Told {
  eventId: string;
  number: number;
}

const judgeOutbox = (account: BackendAccount, findings: BackendFindings): void => {
  const { book, backend } = account;
  const told = [...backend.events.values()]
    .filter(({ frame }) => frame.event === 'messageAdded')
    .map(({ eventId, frame }): Told => ({ eventId, number: numberOf(frame.data.message.text) }));
  const logs = [...book.logs.values()];
  const logged = logs.flatMap(({ entries }) => entries);
  const places = new Map(logged.map(({ eventId }, place) => [eventId, place]));
  judgeUntold(account, { logged, told }, findings);
  const invented = told.filter(({ eventId }) => !places.has(eventId));
  if (logs.every(({ isWhole }) => isWhole))
    findings.invented.push(...invented.map(({ number }) => number));
  for (const events of Map.groupBy(told, ({ number }) => book.sends[number]?.room).values()) {
    const inLog = events.filter(({ eventId }) => places.has(eventId));
    const placed = inLog.map(({ number, eventId }) => [number, places.get(eventId)!] as const);
    findings.misordered.push(...outOfOrder(placed));
    findings.doubled.push(...repeated(events.map(({ number }) => number)));
  }
};

/** What the logs hold, and what was accepted: a log may have dropped it. */
const judgeUntold = (
  { book, isTold }: BackendAccount,
  { logged, told }: { logged: readonly Told[]; told: readonly Told[] },
  findings: BackendFindings,
): void => {
  const toldIds = new Set(told.map(({ eventId }) => eventId));
  const accepted = [...book.sends.entries()].flatMap(([number, { outcome, eventId }]) =>
    outcome === 'accepted' && eventId !== undefined ? [{ number, eventId }] : [],
  );
  const untold = [...logged, ...accepted]
    .filter(({ number }) => isTold === 'all' || isOfSocket(book.sends[number]))
    .filter(({ eventId }) => !toldIds.has(eventId));
  findings.untold.push(...new Set(untold.map(({ number }) => number)));
};

const repeated = (numbers: readonly number[]): number[] =>
  numbers.filter((number, at) => numbers.indexOf(number) < at);
