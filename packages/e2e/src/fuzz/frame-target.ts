/** Frames on open sockets of every kind: each is answered as documented, and the pong after it comes. */
import {
  clientEvents,
  closeCodes,
  parseClientFrame,
  serverFrames,
  type ServerEvent,
} from '@switchboard/protocol';
import { mintToken, openChat, openDesk, type Frame, type RawSocket } from '@switchboard/testkit';
import fc from 'fast-check';
import type { Arena } from './arena.ts';
import { clientFrameExamples } from './examples.ts';
import { mutatedBytes } from './mutate.ts';
import { count, show, type Report, type Target, type Tally } from './target.ts';

type Kind = 'client' | 'operator' | 'desk';
const kinds: readonly Kind[] = ['client', 'operator', 'desk'];

/** Half of what may wait at a socket: each input is followed by a ping. */
const batchInputs = 20;
/** A socket is used for so many batches: its frames are kept until then. */
const batchesPerSocket = 10;
/** Others than ours: what `ws` says of a connection that was cut, for its size or its bytes. */
const cutCodes = [1006, 1007, 1009];
const documentedCloses: ReadonlySet<number> = new Set([
  ...cutCodes,
  ...Object.values(closeCodes).map(({ code }) => code),
]);

interface Input {
  readonly bytes: Buffer;
  readonly isBinary: boolean;
}

const input: fc.Arbitrary<Input> = fc.record({
  bytes: mutatedBytes(clientFrameExamples),
  isBinary: fc.integer({ min: 0, max: 39 }).map((chance) => chance === 0),
});

export const frameTarget: Target = {
  name: 'frames',
  async attack(arena, { inputs, seed }) {
    const report = {
      tally: new Map() as Tally,
      findings: [] as { input: string; problem: string }[],
    };
    const samples = fc.sample(input, { numRuns: inputs, seed });
    const shares = kinds.map((_kind, index) =>
      samples.filter((_sample, at) => at % kinds.length === index),
    );
    await Promise.all(
      kinds.map((kind, index) => attackAs(kind, arena, { samples: shares[index]!, report })),
    );
    return report;
  },
};

interface Work {
  readonly samples: readonly Input[];
  readonly report: Report & { findings: { input: string; problem: string }[] };
}

const attackAs = async (kind: Kind, arena: Arena, { samples, report }: Work): Promise<void> => {
  const perSocket = batchInputs * batchesPerSocket;
  for (let from = 0; from < samples.length; from += perSocket) {
    let socket = await open(kind, arena);
    const mine = samples.slice(from, from + perSocket);
    for (let at = 0; at < mine.length; at += batchInputs) {
      const batch = mine.slice(at, at + batchInputs);
      const closed = await send(socket, kind, { batch, report });
      if (closed) socket = await open(kind, arena);
    }
    socket.terminate();
  }
};

const open = async (kind: Kind, { cluster, name }: Arena): Promise<RawSocket> => {
  const chatId = name('room');
  const role = kind === 'client' ? 'client' : 'operator';
  const room = kind === 'client' ? { chat_id: chatId } : {};
  const token = await mintToken(cluster.authSecret, { sub: name('u'), role, ...room });
  const { url } = cluster.edges[0]!;
  const socket = await (kind === 'desk'
    ? openDesk({ url, token })
    : openChat({ url, token, chatId }));
  await socket.next('connected', patienceMs);
  return socket;
};

const patienceMs = 20_000;

/** Sends a batch, a ping after each; true when the socket was closed on the way. */
const send = async (
  socket: RawSocket,
  kind: Kind,
  { batch, report }: { batch: readonly Input[]; report: Work['report'] },
): Promise<boolean> => {
  const start = socket.frames.length;
  const fence = `fence-${start}`;
  for (const [index, { bytes, isBinary }] of batch.entries()) {
    socket.ws.send(bytes, { binary: isBinary });
    socket.sendFrame('ping', {}, index === batch.length - 1 ? fence : 'between');
  }
  const fenced = socket.next(({ request_id }) => request_id === fence, patienceMs);
  const outcome = await fenced.then(
    () => 'fenced' as const,
    async (error: unknown) =>
      socket.ws.readyState === socket.ws.CLOSED ? (await socket.closed).code : String(error),
  );
  const tell = (problem: string) =>
    report.findings.push({
      input: batch.map(({ bytes }) => show(bytes)).join('\n    '),
      problem: `${kind}: ${problem}`,
    });
  judgeFrames(socket.frames.slice(start), {
    kind,
    batch,
    tell,
    tally: report.tally,
    isWhole: outcome === 'fenced',
  });
  for (const oddity of socket.oddities) tell(`a frame that is no JSON object: ${String(oddity)}`);
  if (typeof outcome === 'number') {
    count(report.tally, `closed ${outcome}`);
    if (!documentedCloses.has(outcome)) tell(`closed with ${outcome}`);
    return true;
  }
  if (outcome !== 'fenced') tell(`no answer: ${outcome}`);
  return outcome !== 'fenced';
};

interface Judgement {
  readonly kind: Kind;
  readonly batch: readonly Input[];
  readonly isWhole: boolean;
  readonly tally: Tally;
  readonly tell: (problem: string) => void;
}

/** What answers; a desk also hears what is said in the rooms. */
const answers: ReadonlySet<string> = new Set([
  'error',
  'messageNotAdded',
  'tokenRefreshed',
  'pong',
]);
const roomAnswers: ReadonlySet<string> = new Set([...answers, 'messageAdded', 'messageUpdated']);

const judgeFrames = (frames: readonly Frame[], judgement: Judgement): void => {
  const { kind, batch, isWhole, tally, tell } = judgement;
  for (const frame of frames) judgeFrame(frame, tally, tell);
  if (!isWhole) return;
  const counted = kind === 'desk' ? answers : roomAnswers;
  const got = frames.filter(({ event }) => counted.has(event)).length - batch.length;
  const silent = batch.filter((sent) => mayStaySilent(sent, kind)).length;
  if (got > batch.length || got < batch.length - silent)
    tell(`${batch.length} frames, of which ${silent} need no answer, got ${got} answers`);
};

const judgeFrame = (frame: Frame, tally: Tally, tell: (problem: string) => void): void => {
  const schema = serverFrames[frame.event as ServerEvent];
  const code =
    frame.event === 'error' || frame.event === 'messageNotAdded' ? ` ${frame.data?.code}` : '';
  count(tally, `${frame.event}${code}`);
  const parsed = schema?.safeParse(frame);
  if (!parsed?.success)
    tell(`an undocumented frame ${JSON.stringify(frame)}: ${parsed?.error.message}`);
  if (code === ' internal' || code === ' unavailable') tell(`a defect: ${JSON.stringify(frame)}`);
};

/** A good `updateTyping` is not answered. */
const mayStaySilent = ({ bytes, isBinary }: Input, kind: Kind): boolean => {
  if (isBinary) return false;
  const socket = kind === 'desk' ? 'broadcast' : 'chat';
  const parsed = parseClientFrame(bytes, {
    socket,
    role: kind === 'client' ? 'client' : 'operator',
  });
  return parsed.ok && parsed.frame.event === 'updateTyping';
};

/** The examples are of all events: a new one without an example is an oversight. */
export const eventsWithoutExample = (): string[] => {
  const known = new Set(clientFrameExamples.map(({ event }) => event));
  return clientEvents.filter((event) => !known.has(event));
};
