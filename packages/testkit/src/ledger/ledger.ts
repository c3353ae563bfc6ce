/** Drives a cluster by a plan, and keeps the book of what was acknowledged and what was received. */
import { setTimeout as delay } from 'node:timers/promises';
import { typeFields } from './audience.ts';
import { createBalancer, type Balancer } from './balancer.ts';
import { createBook, type Book, type SendEntry } from './book.ts';
import { gatherCrew, type Crew } from './crew.ts';
import type { Answer } from './mailbox.ts';
import { textOf } from './note-receipt.ts';
import { createPlan, type PlannedSend, type PlanShape } from './plan.ts';
import { postMessage, type Backend } from './post-message.ts';
import { createRandom } from './random.ts';
import { readLogs } from './read-logs.ts';
import { reconcile, type Reconciliation } from './reconcile.ts';
import { createRoamer, type CreateReader, type Roamer } from './roamer.ts';

export interface LedgerOptions {
  shape: PlanShape;
  edges: readonly string[];
  ingresses: readonly string[];
  apiToken: string;
  authSecret: string;
  /** How long a reader waits before attempt n to come back, in ms (default: 50 to 1 000, for more than 1 000 readers as many as they are, growing, with jitter). */
  backoffMs?: (attempt: number) => number;
  /** What the rooms are called, before their number (default `room`). */
  roomName?: string;
  /** A reader takes a connection for dead over which nothing came for so long, in ms (default 30 000). */
  silenceMaxMs?: number;
  /** Where a reader connects (default: the balancer's next). */
  edgeFor?: (reader: string) => string | undefined;
  /** What reads, sends and comes back (default: a minimal client of the testkit's own). */
  createReader?: CreateReader;
}

export interface Ledger {
  readonly book: Book;
  readonly edges: Balancer;
  readonly ingresses: Balancer;
  /** The readers. */
  readonly roamers: readonly Roamer[];
  readonly passersBy: readonly Roamer[];
  /** What HTTP answered, by status. */
  readonly statuses: ReadonlyMap<string, number>;
  /** Since the start of the sends, in ms. */
  now(): number;
  /** Sends everything, each at its time; resolves when all are answered. */
  play(): Promise<void>;
  /** A fault, for the picture. */
  mark(label: string): void;
  /** Begins no more sends, adds a last message in every room, waits until nothing is missing (or for `patienceMs`), and reconciles. */
  settle(patienceMs: number): Promise<Reconciliation>;
  close(): void;
}

const settleLookMs = 500;
/** An edge pings after 20 s, counted in steps of 4 s. */
const defaultSilenceMaxMs = 30_000;
const silenceLookMs = 500;

/** Resolves when every reader has joined. */
export const openLedger = async (options: LedgerOptions): Promise<Ledger> => {
  const { shape } = options;
  const plan = createPlan(shape);
  const book = createBook();
  const edges = createBalancer(options.edges);
  const ingresses = createBalancer(options.ingresses);
  const statuses = new Map<string, number>();
  const stopped = new AbortController();
  let startMs = performance.now();
  let isOver = false;
  const now = () => performance.now() - startMs;
  const chatId = (room: number) => `${options.roomName ?? 'room'}-${room}`;
  const crewOptions = {
    book,
    authSecret: options.authSecret,
    chatId,
    edgeFor: options.edgeFor ?? (() => edges.next()),
    backoffMs: options.backoffMs ?? createBackoff(shape.seed, plan.readers.length),
    createReader: options.createReader ?? createRoamer,
    now,
  };
  const crew = await gatherCrew(plan.readers, { ...crewOptions, areReaders: true });
  const passing = await gatherCrew(plan.passersBy, { ...crewOptions, areReaders: false });
  const everybody = [...crew.values(), ...passing.values()];
  const { silenceMaxMs = defaultSilenceMaxMs } = options;
  const watch = setInterval(() => {
    for (const roamer of everybody) roamer.giveUpAfter(silenceMaxMs);
  }, silenceLookMs);
  for (const { marks } of book.readers) for (const mark of marks) mark.atMs = 0;
  const backend = { ingresses, apiToken: options.apiToken, statuses, signal: stopped.signal };
  const send = createSender({ book, crew, backend, chatId, textChars: shape.textChars, now });
  const playQueue = async (queue: readonly PlannedSend[]) => {
    for (const planned of queue) {
      const earlyMs = planned.atMs - now();
      if (earlyMs > 0) await delay(earlyMs);
      if (stopped.signal.aborted || isOver) return;
      await send(planned);
    }
  };
  return {
    book,
    edges,
    ingresses,
    roamers: [...crew.values()],
    passersBy: [...passing.values()],
    statuses,
    now,
    play: async () => {
      startMs = performance.now();
      const queues = Map.groupBy(plan.sends, ({ sender }) => sender);
      await Promise.all([...queues.values()].map(playQueue));
    },
    mark: (label) => void book.faults.push({ atMs: now(), label }),
    settle: async (patienceMs) => {
      isOver = true;
      const deadline = performance.now() + patienceMs;
      // What waits behind a send that is never answered has not been sent yet.
      for (const planned of plan.sends) book.sends[planned.number] ??= openSend(planned, Infinity);
      const last = planLast(shape.rooms, plan.sends.length);
      await Promise.race([Promise.all(last.map(send)), delay(patienceMs)]);
      for (;;) {
        const isLate = performance.now() > deadline;
        const logs = await readLogs(backend, shape.rooms, chatId).catch((error: unknown) => {
          if (isLate) throw error;
        });
        book.logs = logs ?? book.logs;
        const result = reconcile(book);
        if (isLate || (logs && isClean(result) && isComplete(crew))) return result;
        await delay(settleLookMs);
      }
    },
    close: () => {
      stopped.abort();
      clearInterval(watch);
      for (const roamer of everybody) roamer.leave();
    },
  };
};

/** What may still come right. */
const isClean = ({ counts }: Reconciliation): boolean => counts.lost === 0 && counts.untold === 0;

const isComplete = (crew: Crew): boolean => [...crew.values()].every((roamer) => roamer.isLive());

/** 50 ms, doubled each time up to 1 s, half of it by chance; together they make at most some 1 000 attempts a second. */
const createBackoff = (seed: number, readers: number): ((attempt: number) => number) => {
  const random = createRandom(seed + 1);
  const maxMs = Math.max(1000, readers);
  return (attempt) => Math.min(maxMs, 50 * 2 ** (attempt - 1)) * (0.5 + random());
};

/** One more message in every room: whatever was lost before it shows as a hole. */
const planLast = (rooms: number, firstNumber: number): PlannedSend[] =>
  Array.from({ length: rooms }, (_, room) => ({
    number: firstNumber + room,
    atMs: 0,
    room,
    kind: 'standard',
    sender: 0,
  }));

interface SenderOptions {
  book: Book;
  crew: Crew;
  backend: Backend;
  chatId: (room: number) => string;
  textChars: number;
  now: () => number;
}

const createSender =
  ({ book, crew, backend, chatId, textChars, now }: SenderOptions) =>
  async (planned: PlannedSend): Promise<void> => {
    const { number, room, kind, sender } = planned;
    book.sends[number] = openSend(planned, now());
    const message = { text: textOf(number, textChars), ...typeFields(kind) };
    const answer = await (typeof sender === 'string'
      ? (crew.get(sender) as Roamer).send(number, message)
      : postMessage(backend, { id: `m${number}`, chat_id: chatId(room), ...message }));
    noteAnswer(book, number, answer, now());
  };

const openSend = ({ room, kind, sender }: PlannedSend, sentMs: number): SendEntry => ({
  room,
  kind,
  sender,
  sentMs,
  attempts: 0,
  outcome: 'open',
  answeredMs: Infinity,
  eventId: undefined,
});

const noteAnswer = (book: Book, number: number, answer: Answer, atMs: number): void => {
  const send = book.sends[number];
  if (send === undefined) return;
  Object.assign(send, { ...answer, answeredMs: atMs });
};
