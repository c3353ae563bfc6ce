/**
 * Overload: twice as many messages as the edges carry, for a minute, each from somebody else: who is refused
 * does not come again, and the next one comes all the same. What counts is what was accepted: whether all of
 * it arrived and how late, and how soon all is well afterwards.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Contender, StartContender } from '../contender/contender.ts';
import { createPostFlow } from '../load/flow.ts';
import { startLoadGenerator, type LoadGenerator } from '../load/load-generator.ts';
import type { LoadShape } from '../load/load-shape.ts';
import { awaitCalm } from '../measure/calm.ts';
import { reportLatency } from '../measure/latency.ts';
import { describeOverload, renderOverload, type OverloadTurn } from '../report/overload-table.ts';
import { unlessAborted } from '../stop-request.ts';
import { drain } from './drain.ts';
import { warmUp } from './warm-up.ts';
import type { Workload, WorkloadSetting } from './workload.ts';

interface Lane {
  contender: Contender;
  generator: LoadGenerator;
  setting: WorkloadSetting;
  scale: { subscribers: number; chats: number; seconds: number };
}

const probePublishers = 8;
const probeMs = 8000;
const overloadTimes = 2;
const offeringConnections = 256;
/** What is offered afterwards, as a part of what is carried. */
const calmPart = 0.25;
const calmMs = 8000;
const sliceMs = 200;
/** Afterwards a message is on time when it takes no longer than this. */
const onTimeMs = 250;

export const overload: Workload = {
  about: 'twice as many messages as the edges carry, for a minute',
  peers: ['switchboard'],
  file: 'overload',
  run: async (setting) => {
    const turns: OverloadTurn[] = [];
    const { asked } = setting.options;
    const scale = {
      subscribers: asked.subscribers ?? 2000,
      chats: asked.chats ?? 256,
      seconds: asked.seconds ?? 60,
    };
    for (const start of setting.contenders) turns.push(await runWith(start, setting, scale));
    return { scale, rows: turns, table: renderOverload(turns) };
  },
};

const runWith = async (
  start: StartContender,
  setting: WorkloadSetting,
  scale: Lane['scale'],
): Promise<OverloadTurn> => {
  const { options, signal, say } = setting;
  signal.throwIfAborted();
  const contender = await start(signal);
  const generator = startLoadGenerator(options.receivers);
  const lane = { contender, generator, setting, scale };
  try {
    await unlessAborted(open(lane), signal);
    await awaitCalm(options.patienceS, signal);
    const turn = await unlessAborted(measure(lane), signal);
    say(describeOverload(turn));
    return turn;
  } finally {
    await generator.stop();
    await contender.stop();
  }
};

const open = async ({ contender, generator, setting, scale }: Lane): Promise<void> => {
  const { subscribers: copies, chats } = scale;
  setting.say(`${contender.name}: opening ${copies} sockets`);
  await generator.open(await contender.subscribers(copies));
  const flow = createPostFlow(generator, { target: contender.publish, chats, copies });
  await warmUp(flow, setting.signal);
};

const measure = async (lane: Lane): Promise<OverloadTurn> => {
  const { contender, generator, setting, scale } = lane;
  const { subscribers, seconds } = scale;
  const capacityPerS = await probe(lane);
  setting.say(`${contender.name}: carries ${Math.round(capacityPerS)} messages/s`);
  await generator.takeLosses();
  const before = await generator.deliveries();
  const offeredPerS = Math.round(capacityPerS * overloadTimes);
  const under = await offer(lane, offeredPerS, seconds * 1000);
  const after = await offer(lane, Math.ceil(capacityPerS * calmPart), calmMs);
  const accepted = under.accepted + after.accepted;
  const drained = await drain(generator, before + accepted * subscribers, setting.signal);
  return {
    contender: contender.name,
    capacityPerS,
    offeredPerS,
    seconds,
    acceptedPerS: under.accepted / seconds,
    refusedPerS: under.refused / seconds,
    delivery: reportLatency(under.slices.flatMap(({ received }) => received)),
    answer: reportLatency(under.slices.map(({ answered }) => answered)),
    queued: reportLatency(under.slices.map(({ queued }) => queued)),
    delivered: (drained.deliveries - before) / (accepted * subscribers),
    recoveryMs: recoveryOf(after.slices, under.endedAtMs),
    losses: await generator.takeLosses(),
  };
};

/** What is accepted of a few publishers is what is carried: each waits for its answer. */
const probe = async (lane: Lane): Promise<number> => {
  const { generator, setting, scale } = lane;
  const { subscribers, chats } = scale;
  const before = await generator.deliveries();
  const load: LoadShape = { kind: 'closed', connections: probePublishers };
  await generator.publish({ load, chats, target: lane.contender.publish });
  await delay(probeMs, undefined, { signal: setting.signal });
  const carried = (await generator.deliveries()) - before;
  const { accepted } = await generator.stopPublishing();
  await drain(generator, before + accepted * subscribers, setting.signal);
  await generator.take();
  return (carried / subscribers / probeMs) * 1000;
};

interface Slice {
  atMs: number;
  refused: number;
  answered: string;
  queued: string;
  received: string[];
}

interface Offered {
  accepted: number;
  refused: number;
  slices: Slice[];
  /** When the last message was posted. */
  endedAtMs: number;
}

const offer = async (lane: Lane, ratePerS: number, forMs: number): Promise<Offered> => {
  const { generator, contender, setting } = lane;
  const { chats } = lane.scale;
  const load: LoadShape = {
    kind: 'open',
    connections: offeringConnections,
    ratePerS,
    isCrowd: true,
  };
  await generator.publish({ load, chats, target: contender.publish });
  const slices: Slice[] = [];
  for (const endMs = performance.now() + forMs; performance.now() < endMs;) {
    await delay(sliceMs, undefined, { signal: setting.signal });
    slices.push(await takeSlice(generator));
  }
  const endedAtMs = performance.now();
  const { accepted } = await generator.stopPublishing();
  slices.push(await takeSlice(generator));
  const refused = slices.reduce((sum, slice) => sum + slice.refused, 0);
  return { accepted, refused, slices, endedAtMs };
};

const takeSlice = async (generator: LoadGenerator): Promise<Slice> => {
  const { published, received } = await generator.take();
  const failed = Object.entries(published.failed).map(([status, times]) => `${times} × ${status}`);
  if (failed.length > 0) throw new Error(`posts were answered ${failed.join(', ')}`);
  const { refused, latency: answered, queued } = published;
  const atMs = performance.now();
  return { atMs, refused, answered, queued, received: received.map((part) => part.latency) };
};

/** After the last slice in which something was refused or late. */
const recoveryOf = (slices: readonly Slice[], endedAtMs: number): number | null => {
  const isBad = (slice: Slice) =>
    slice.refused > 0 || reportLatency(slice.received).p99Ms > onTimeMs;
  const lastBad = slices.findLast(isBad);
  if (lastBad === slices.at(-1)) return null;
  return lastBad === undefined ? 0 : lastBad.atMs - endedAtMs;
};
