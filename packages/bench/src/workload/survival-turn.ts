/**
 * One contender under one fault. Clients sit in rooms, messages flow all the time, and each message that was
 * answered 200 is due once to each client of its room: for a while without a fault, then with it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Contender, RoomNode, Rooms } from '../contender/contender.ts';
import type { CrowdGenerator } from '../load/crowd-generator.ts';
import type { Returns } from '../load/crowd.ts';
import { chatIdOf, newRunId } from '../load/message-body.ts';
import type { AcceptedMessage } from '../load/publishing.ts';
import type { Reconciled } from '../load/receipts.ts';
import { monotonicUs } from '../load/stamp.ts';
import { cpuSecondsOf, meterCpu, type CpuUse } from '../measure/cpu-meter.ts';
import { reportLatency, reportTimes, type LatencyReport } from '../measure/latency.ts';
import { drain } from './drain.ts';

export interface Fault {
  name: string;
  /** Whether it strikes all at one moment, from which their return can be counted. */
  isSudden: boolean;
  /** Who loses a connection comes back after a random time up to this. */
  returnWithinMs: number;
  /** Where clients are at first. */
  homes(nodes: readonly RoomNode[]): readonly RoomNode[];
  /** Nodes that do not live to the end. */
  victims(nodes: readonly RoomNode[]): readonly RoomNode[];
  /** Resolves when messages need not flow any more. */
  strike(field: Struck): Promise<Span>;
}

export interface Struck {
  generator: CrowdGenerator;
  nodes: readonly RoomNode[];
  clients: number;
  /** How long a fault that repeats itself goes on. */
  seconds: number;
  signal: AbortSignal;
}

/** Moments, see `monotonicUs`: of what was posted in between the deliveries are counted. */
export interface Span {
  fromUs: number;
  untilUs: number;
}

export interface Lane {
  contender: Contender;
  rooms: Rooms;
  generator: CrowdGenerator;
}

export interface SurvivalOptions {
  clients: number;
  roomSize: number;
  ratePerS: number;
  seconds: number;
  signal: AbortSignal;
  say: (line: string) => void;
}

/** What was posted in a stretch of time, and what became of it. */
export interface Stretch extends Reconciled {
  posted: number;
  delivery: LatencyReport;
}

export interface SurvivalTurn {
  contender: string;
  baseline: Stretch;
  fault: Stretch;
  /** From the fault until the last client was in again; null: never, or the fault struck again and again. */
  lastBackMs: number | null;
  /** From a client's first attempt to come back until it was in. */
  comeBack: LatencyReport;
  returns: Omit<Returns, 'momentsUs' | 'tookUs'>;
  /** Clients that were not in at the end. */
  missing: number;
  /** Answers to posts other than 200, by status. */
  failed: Record<number, number>;
  serverCores: number;
  generatorCores: number;
}

/** Every room has had messages by then, so that every client knows a position. */
const leadInMs = 6000;
const baselineMs = 8000;
/** What is posted just before a fault may still be on its way when it comes: it counts as hit. */
const marginMs = 1000;
const connections = 8;

export const measureSurvival = async (
  lane: Lane,
  fault: Fault,
  options: SurvivalOptions,
): Promise<SurvivalTurn> => {
  const { contender, generator } = lane;
  const { signal, say } = options;
  const pause = (ms: number) => delay(ms, undefined, { signal });

  await beginFlow(lane, fault, options);
  await pause(leadInMs);
  const baselineUs = monotonicUs();
  await generator.takeLatency();
  await pause(baselineMs);
  const marginUs = monotonicUs();
  const baselineLatency = await generator.takeLatency();
  await pause(marginMs);

  say(`${contender.name}: ${fault.name}`);
  const { span, serverCores, generatorCores } = await strike(lane, fault, options);
  const { failed } = await generator.publisher.take();
  const before = await generator.deliveries();
  await generator.publisher.stop();
  await drain(generator, before + 1e9, signal);

  const accepted = await generator.publisher.acceptedSince(baselineUs);
  const faultLatency = await generator.takeLatency();
  const stretch = (fromUs: number, untilUs: number, latency: readonly string[]) =>
    reckon(generator, accepted.filter(isBetween(fromUs, untilUs)), latency);
  const { momentsUs, tookUs, ...returns } = await generator.takeReturns();
  const missing = options.clients - (await generator.inCount());
  return {
    contender: contender.name,
    baseline: await stretch(baselineUs, marginUs, baselineLatency),
    fault: await stretch(marginUs, span.untilUs, faultLatency),
    lastBackMs: missing > 0 || !fault.isSudden ? null : (latest(momentsUs) - span.fromUs) / 1000,
    comeBack: reportTimes(tookUs),
    returns,
    missing,
    failed,
    serverCores,
    generatorCores,
  };
};

const beginFlow = async (
  { contender, rooms, generator }: Lane,
  fault: Fault,
  { clients, roomSize, ratePerS, say }: SurvivalOptions,
): Promise<void> => {
  const chats = Math.ceil(clients / roomSize);
  const run = newRunId();
  say(`${contender.name}: opening ${clients} clients in ${chats} rooms`);
  const chatOf = Array.from({ length: clients }, (_, index) => index % chats);
  const personas = chatOf.map((chat, index) =>
    rooms.admit({ chatId: chatIdOf(chat), userId: `visitor-${index}` }),
  );
  await generator.open({
    dialect: rooms.dialect,
    personas: await Promise.all(personas),
    chatOf,
    chats,
    run,
    ports: fault.homes(rooms.nodes).map(({ port }) => port),
    returnWithinMs: fault.returnWithinMs,
  });
  say(`${contender.name}: ${ratePerS} messages/s, at first without a fault`);
  const load = { kind: 'open', connections, ratePerS } as const;
  await generator.publisher.start({ load, target: rooms.publish, chats, run });
};

const strike = async (
  { contender, rooms, generator }: Lane,
  fault: Fault,
  { clients, seconds, signal }: SurvivalOptions,
): Promise<{ span: Span; serverCores: number; generatorCores: number }> => {
  const { nodes } = rooms;
  const dead = new Set(fault.victims(nodes).map(({ pid }) => pid));
  const serverUse = await meterCpu(contender.processes.filter(({ pid }) => !dead.has(pid)));
  const generatorUse = await meterCpu(generator.processes);
  await generator.takeReturns();
  const span = await fault.strike({ generator, nodes, clients, seconds, signal });
  const [servers, own] = await Promise.all([serverUse(), generatorUse()]);
  return { span, serverCores: coresOf(servers), generatorCores: coresOf(own) };
};

const reckon = async (
  generator: CrowdGenerator,
  messages: readonly AcceptedMessage[],
  latency: readonly string[],
): Promise<Stretch> => ({
  posted: messages.length,
  ...(await generator.reconcile(messages.map(({ number }) => number))),
  delivery: reportLatency(latency),
});

const isBetween =
  (fromUs: number, untilUs: number) =>
  ({ intendedUs }: AcceptedMessage): boolean =>
    intendedUs >= fromUs && intendedUs < untilUs;

const latest = (momentsUs: readonly number[]): number =>
  momentsUs.reduce((a, b) => Math.max(a, b), 0);

const coresOf = (use: CpuUse): number => cpuSecondsOf(use) / use.elapsedS;
