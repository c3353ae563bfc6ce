/** From what was counted in one turn to the figures that are reported. */
import { reportLatency, type LatencyReport } from './latency.ts';
import { cpuSecondsOf, type CpuUse } from './cpu-meter.ts';
import { findLimits, strangersSecondsOf } from './limits.ts';

/** What was counted while one contender carried one load. */
export interface Counted {
  elapsedS: number;
  deliveries: number;
  bytes: number;
  /** Reads that the deliveries came in. */
  reads: number;
  accepted: number;
  refused: number;
  /** Taken from the recorders, see `reportLatency`. */
  deliveryLatency: readonly string[];
  answerLatency: readonly string[];
  servers: CpuUse;
  generator: CpuUse;
}

export interface Cores {
  user: number;
  kernel: number;
}

export interface Figures {
  deliveriesPerS: number;
  acceptedPerS: number;
  refusedPerS: number;
  bytesPerDelivery: number;
  /** Deliveries that came together: about as many as went out in one write. */
  deliveriesPerRead: number;
  /** From the intended post to the receipt. */
  delivery: LatencyReport;
  /** From the intended post to the answer. */
  answer: LatencyReport;
  /** CPU-seconds of all server processes, Redis included. */
  serverCpuSPerMillion: number;
  /** The same per million accepted messages. */
  serverCpuSPerMillionMessages: number;
  /** Cores that each role used, all its processes together. */
  coresByRole: Readonly<Record<string, Cores>>;
  /** Redis' part of the servers' CPU, 0 to 1. */
  redisShare: number;
  generatorCores: number;
  /** Cores that programs which have nothing to do with the bench used meanwhile. */
  strangersCores: number;
  idleCores: number;
  /** What was used up, in words; empty when nothing was. */
  limits: readonly string[];
}

export const computeFigures = (counted: Counted): Figures => {
  const { elapsedS, deliveries, servers, generator } = counted;
  const serverS = cpuSecondsOf(servers);
  const redis = servers.processes.filter(({ role }) => role === 'redis');
  const machine = servers.machine;
  const strangersS = strangersSecondsOf(servers, generator);
  return {
    deliveriesPerS: deliveries / elapsedS,
    acceptedPerS: counted.accepted / elapsedS,
    refusedPerS: counted.refused / elapsedS,
    bytesPerDelivery: ratio(counted.bytes, deliveries),
    deliveriesPerRead: ratio(deliveries, counted.reads),
    delivery: reportLatency(counted.deliveryLatency),
    answer: reportLatency(counted.answerLatency),
    serverCpuSPerMillion: ratio(serverS, deliveries / 1e6),
    serverCpuSPerMillionMessages: ratio(serverS, counted.accepted / 1e6),
    coresByRole: coresByRole(servers),
    redisShare: ratio(cpuSecondsOf({ processes: redis }), serverS),
    generatorCores: cpuSecondsOf(generator) / generator.elapsedS,
    strangersCores: strangersS / servers.elapsedS,
    idleCores: machine.idleS / servers.elapsedS,
    limits: findLimits(servers, generator, strangersS),
  };
};

const coresByRole = ({ processes, elapsedS }: CpuUse): Record<string, Cores> => {
  const cores: Record<string, Cores> = {};
  for (const { role, userS, kernelS } of processes) {
    const { user, kernel } = cores[role] ?? { user: 0, kernel: 0 };
    cores[role] = { user: user + userS / elapsedS, kernel: kernel + kernelS / elapsedS };
  }
  return cores;
};

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
