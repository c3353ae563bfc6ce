/** One contender and its idle sockets, from the first connect to the last ping. */
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contender } from '../contender/contender.ts';
import { redisRole } from '../contender/redis.ts';
import { startLoadGenerator } from '../load/load-generator.ts';
import { chatIdOf } from '../load/message-body.ts';
import type { SubscriberPlan } from '../load/subscriber.ts';
import { cpuSecondsOf, meterCpu } from '../measure/cpu-meter.ts';
import { kernelBytes } from '../measure/kernel-memory.ts';
import { findLimits, strangersSecondsOf } from '../measure/limits.ts';
import { residentBytesOf } from '../measure/memory.ts';

export interface DensityScale {
  kind: 'chat' | 'broadcast';
  sockets: number;
  /** How long they are watched being idle. */
  seconds: number;
}

export interface DensityTurn {
  contender: string;
  kind: DensityScale['kind'];
  sockets: number;
  /** What the processes that hold the sockets grew by for each, without what they share with files. */
  residentBytesPerSocket: number;
  redisBytesPerSocket: number;
  /** Half of what the kernel's memory grew by: both ends of each connection are on this machine. */
  kernelBytesPerSocket: number;
  connectsPerS: number;
  /** CPU of all server processes for a thousand connects, in ms. */
  connectCpuMs: number;
  /** What the servers use for 100 000 idle sockets, above what they use without any. */
  idleCoresPer100k: number;
  /** Sockets that were closed meanwhile. */
  lost: number;
  /** Of the load generator, while it connected. */
  generatorCores: number;
  strangersCores: number;
  /** What was used up while it connected. */
  limits: readonly string[];
}

const settleMs = 6000;
const emptyMs = 8000;
const roomSize = 2;

/** A source address has ports for 28 000 sockets, with some that are not free again yet. */
const socketsPerAddress = 10_000;
/** A process may have 20 000 open files on many machines. */
const socketsPerReceiver = 15_000;

export const takeDensityTurn = async (
  contender: Contender,
  { kind, sockets, seconds }: DensityScale,
  signal: AbortSignal,
): Promise<DensityTurn> => {
  const pause = (ms: number) => delay(ms, undefined, { signal });
  const generator = startLoadGenerator(Math.ceil(sockets / socketsPerReceiver));
  try {
    const plans = spread(await plansOf(contender, kind, sockets));
    await pause(settleMs);
    const emptyCores = await coresOver(contender, () => pause(emptyMs));
    const before = await memoryOf(contender);
    const connecting = await connect(contender, generator, plans);
    await pause(settleMs);
    const after = await memoryOf(contender);
    const idleCores = await coresOver(contender, () => pause(seconds * 1000));
    const losses = Object.values(await generator.takeLosses());
    const perSocket = (bytes: number) => Math.max(0, bytes) / sockets;
    return {
      contender: contender.name,
      kind,
      sockets,
      residentBytesPerSocket: perSocket(after.nodes - before.nodes),
      redisBytesPerSocket: perSocket(after.redis - before.redis),
      kernelBytesPerSocket: perSocket(after.kernel - before.kernel) / 2,
      ...connecting,
      idleCoresPer100k: Math.max(0, idleCores - emptyCores) * (100_000 / sockets),
      lost: losses.reduce((a, b) => a + b, 0),
    };
  } finally {
    await generator.stop();
  }
};

/** Who has no rooms has one kind of socket. */
const plansOf = async (
  contender: Contender,
  kind: DensityScale['kind'],
  sockets: number,
): Promise<SubscriberPlan[]> => {
  const { rooms } = contender;
  if (kind === 'broadcast' || rooms === undefined) return contender.subscribers(sockets);
  return Promise.all(
    Array.from({ length: sockets }, async (_, index) => {
      const chatId = chatIdOf(Math.floor(index / roomSize));
      const persona = await rooms.admit({ chatId, userId: `visitor-${index}` });
      const { port } = rooms.nodes[index % rooms.nodes.length]!;
      return { port, talk: { dialect: rooms.dialect, persona } };
    }),
  );
};

/**
 * Over addresses of loopback that nobody has used lately: a connect that meets what is left of an earlier
 * connection (TIME_WAIT) has to be tried again after a second.
 */
const spread = (plans: readonly SubscriberPlan[]): SubscriberPlan[] => {
  const network = `127.${randomInt(1, 255)}.${randomInt(0, 256)}`;
  return plans.map((plan, index) => ({
    ...plan,
    localAddress: `${network}.${1 + Math.floor(index / socketsPerAddress)}`,
  }));
};

const connect = async (
  { processes }: Contender,
  generator: ReturnType<typeof startLoadGenerator>,
  plans: readonly SubscriberPlan[],
) => {
  const serverUse = await meterCpu(processes);
  const generatorUse = await meterCpu(generator.processes);
  const startedMs = performance.now();
  await generator.open(plans);
  const tookS = (performance.now() - startedMs) / 1000;
  const [servers, own] = await Promise.all([serverUse(), generatorUse()]);
  const strangersS = strangersSecondsOf(servers, own);
  return {
    connectsPerS: plans.length / tookS,
    connectCpuMs: (cpuSecondsOf(servers) / plans.length) * 1e6,
    generatorCores: cpuSecondsOf(own) / own.elapsedS,
    strangersCores: strangersS / servers.elapsedS,
    limits: findLimits(servers, own, strangersS),
  };
};

const memoryOf = async ({ processes }: Contender) => {
  const isRedis = ({ role }: { role: string }) => role === redisRole;
  return {
    nodes: await residentBytesOf(processes.filter((one) => !isRedis(one))),
    redis: await residentBytesOf(processes.filter(isRedis)),
    kernel: await kernelBytes(),
  };
};

const coresOver = async ({ processes }: Contender, wait: () => Promise<void>): Promise<number> => {
  const use = await meterCpu(processes);
  await wait();
  const used = await use();
  return cpuSecondsOf(used) / used.elapsedS;
};
