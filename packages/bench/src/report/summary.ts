/** The rounds of one load and contender in one row: medians, and what they are in relation to the baseline. */
import { isDisturbed } from '../measure/limits.ts';
import { median } from '../measure/median.ts';
import type { Turn } from '../workload/turn.ts';

export interface Row {
  load: string;
  contender: string;
  deliveriesPerS: number;
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  cpuSPerMillion: number;
  redisShare: number;
  generatorCores: number;
  strangersCores: number;
  acceptedPerS: number;
  answerP50Ms: number;
  answerP99Ms: number;
  cpuSPerMillionMessages: number;
  /** Cores that each role used, user and kernel together. */
  coresByRole: Readonly<Record<string, number>>;
  residentMiB: number;
  bytesPerDelivery: number;
  deliveriesPerRead: number;
  /** The worst turn, disturbed or not. */
  delivered: number;
  refusedPerS: number;
  /** How many turns the medians are of. */
  turns: number;
  /** Turns in which other programs took part of the machine. They count only when there are no others. */
  disturbedTurns: number;
  limits: readonly string[];
  /** In relation to the baseline at the same load; null for the baseline itself. */
  times: Times | null;
}

export interface Times {
  deliveries: number;
  p99: number;
  cpu: number;
  /** Of messages accepted in a second. */
  accepted: number;
  answerP99: number;
  cpuOfMessages: number;
}

/** Rows are in the order of the turns. */
export const summarize = (turns: readonly Turn[], baseline = 'minimal'): Row[] => {
  const groups = Object.groupBy(turns, ({ load, contender }) => `${load}\n${contender}`);
  const rows = Object.values(groups).map((group) => summarizeGroup(group as Turn[]));
  return rows.map((row) => ({ ...row, times: relate(row, find(rows, row.load, baseline)) }));
};

const summarizeGroup = (all: readonly Turn[]): Row => {
  const calm = all.filter(({ result }) => !isDisturbed(result));
  const turns = calm.length > 0 ? calm : all;
  const results = turns.map(({ result }) => result);
  const of = (pick: (result: Turn['result']) => number) => median(results.map(pick));
  return {
    load: all[0]?.load ?? '',
    contender: all[0]?.contender ?? '',
    deliveriesPerS: of((result) => result.deliveriesPerS),
    p50Ms: of((result) => result.delivery.p50Ms),
    p99Ms: of((result) => result.delivery.p99Ms),
    p999Ms: of((result) => result.delivery.p999Ms),
    cpuSPerMillion: of((result) => result.serverCpuSPerMillion),
    redisShare: of((result) => result.redisShare),
    generatorCores: of((result) => result.generatorCores),
    strangersCores: of((result) => result.strangersCores),
    acceptedPerS: of((result) => result.acceptedPerS),
    answerP50Ms: of((result) => result.answer.p50Ms),
    answerP99Ms: of((result) => result.answer.p99Ms),
    cpuSPerMillionMessages: of((result) => result.serverCpuSPerMillionMessages),
    coresByRole: coresByRole(results),
    residentMiB: of((result) => result.residentMiB),
    bytesPerDelivery: of((result) => result.bytesPerDelivery),
    deliveriesPerRead: of((result) => result.deliveriesPerRead),
    delivered: Math.min(...all.map(({ result }) => result.delivered)),
    refusedPerS: of((result) => result.refusedPerS),
    turns: turns.length,
    disturbedTurns: all.length - calm.length,
    limits: [...new Set(results.flatMap(({ limits }) => limits))],
    times: null,
  };
};

const coresByRole = (results: readonly Turn['result'][]): Record<string, number> => {
  const roles = Object.keys(results[0]?.coresByRole ?? {});
  const cores = (role: string, { coresByRole }: Turn['result']) =>
    (coresByRole[role]?.user ?? 0) + (coresByRole[role]?.kernel ?? 0);
  return Object.fromEntries(
    roles.map((role) => [role, median(results.map((result) => cores(role, result)))]),
  );
};

const find = (rows: readonly Row[], load: string, contender: string): Row | undefined =>
  rows.find((row) => row.load === load && row.contender === contender);

const relate = (row: Row, baseline: Row | undefined): Row['times'] => {
  if (baseline === undefined || baseline === row) return null;
  return {
    deliveries: row.deliveriesPerS / baseline.deliveriesPerS,
    p99: row.p99Ms / baseline.p99Ms,
    cpu: row.cpuSPerMillion / baseline.cpuSPerMillion,
    accepted: row.acceptedPerS / baseline.acceptedPerS,
    answerP99: row.answerP99Ms / baseline.answerP99Ms,
    cpuOfMessages: row.cpuSPerMillionMessages / baseline.cpuSPerMillionMessages,
  };
};
