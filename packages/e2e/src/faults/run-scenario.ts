/** Runs one scenario against processes of its own, and says what did not hold. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  faultKinds,
  latenciesOf,
  startCluster,
  startFaultProxy,
  startRedis,
  startScriptedBackend,
  startSentinelGroup,
  type Cluster,
  type FaultProxy,
  type Latencies,
  type Ledger,
  type Reconciliation,
} from '@switchboard/testkit';
import { backendProblems, backendVariables } from './backend-problems.ts';
import { gatherReaders } from './gather-readers.ts';
import { rehearse } from './rehearse.ts';
import type { Scale, Scenario, Stage } from './scenario.ts';
import { playInReason, unansweredSends } from './unanswered.ts';

export interface Outcome {
  scenario: string;
  scale: Scale;
  result: Reconciliation;
  latencies: Latencies;
  figures: Record<string, number | string>;
  /** What HTTP answered, and why upgrades failed. */
  answers: Record<string, number>;
  /** What did not hold; empty: the scenario passed. */
  problems: string[];
  ledger: Ledger;
}

export const runScenario = async (scenario: Scenario, scale: Scale): Promise<Outcome> => {
  const closing: (() => unknown)[] = [];
  try {
    return await play(scenario, scale, {
      atTheEnd: (close) => closing.unshift(close),
      afterwards: (close) => closing.push(close),
    });
  } finally {
    for (const close of closing) await close();
  }
};

type Closing = (close: () => unknown) => void;

const play = async (
  scenario: Scenario,
  scale: Scale,
  { atTheEnd, afterwards }: { atTheEnd: Closing; afterwards: Closing },
): Promise<Outcome> => {
  const redis = await startRedis({ args: scenario.redisArgs ?? [] });
  atTheEnd(redis.stop);
  const redisProxy = await startFaultProxy({ port: redis.port });
  atTheEnd(redisProxy.stop);
  const sentinels = scenario.onSentinels === true ? await startSentinelGroup() : undefined;
  atTheEnd(() => sentinels?.stop());
  const { handOff } = scenario;
  const backend = handOff && (await startScriptedBackend());
  atTheEnd(() => backend?.stop());
  const sources = await scenario.sources?.();
  atTheEnd(() => sources?.remove());
  const cluster = await startCluster({
    sourcesOf: sources?.of ?? {},
    redisUrl: sentinels?.url ?? (scenario.isDirect === true ? redis.url : proxyUrl(redisProxy)),
    edges: scenario.edges ?? 2,
    ingresses: scenario.ingresses ?? 1,
    // Who is refused because the machine is busy says nothing about a fault.
    env: {
      OVERLOAD_LAG_MS: '0',
      ...backendVariables(handOff, backend),
      ...scenario.env,
      ...(!scale.isLong && scenario.shortEnv),
    },
    clockOffsetsMs: scenario.clockOffsetsMs ?? {},
  });
  atTheEnd(cluster.stop);
  const front = await scenario.behind?.(cluster);
  atTheEnd(() => front?.stop());
  const isDirect = scenario.isDirect === true || front !== undefined;
  const proxied = isDirect ? [] : cluster.edges;
  const edgeProxies = await Promise.all(proxied.map(({ url }) => frontOf(url)));
  atTheEnd(() => Promise.all(edgeProxies.map((proxy) => proxy.stop())));
  const reached = isDirect ? cluster.edges.map(({ url }) => url) : edgeProxies.map(socketUrl);
  const fronts = front === undefined ? reached : [front.sockets];
  const calls = front === undefined ? cluster.ingresses.map(({ url }) => url) : [front.calls];
  const readers = { scenario, cluster, fronts, calls };
  const calm = scenario.rehearses === true ? await rehearse(readers, scale) : undefined;
  const ledger = await gatherReaders(readers, scale);
  atTheEnd(ledger.close);
  const notes = createNotes();
  const parts = {
    scale,
    cluster,
    ledger,
    redis,
    sentinels,
    redisProxy,
    edgeProxies,
    calm,
    backend,
  };
  const leaveEdge = (index: number) => {
    for (const front of fronts) ledger.edges.remove(front);
    for (const front of fronts.toSpliced(index, 1)) ledger.edges.add(front);
  };
  const stage: Stage = {
    ...parts,
    ...notes,
    ...createClock(ledger, scale.seed),
    leaveEdge,
    afterwards,
  };
  if (backend !== undefined) handOff?.script(backend, stage.random);
  await Promise.all([playInReason(ledger, scale), scenario.faults(stage)]);
  const unanswered = () => unansweredSends(ledger, cluster);
  const result = await ledger.settle(scenario.patienceMs ?? 8000).catch(async (error: Error) => {
    throw new Error([error.message, ...(await unanswered())].join('\n'), { cause: error });
  });
  notes.problems.push(...(await unanswered()));
  notes.problems.push(...(await backendProblems(stage, handOff)));
  await scenario.judge?.(stage, result);
  return summarize(scenario, stage, { result, notes });
};

const frontOf = (url: string): Promise<FaultProxy> =>
  startFaultProxy({ port: Number(new URL(url).port) });

const proxyUrl = ({ port }: FaultProxy): string => `redis://127.0.0.1:${port}`;

const socketUrl = ({ port }: FaultProxy): string => `ws://127.0.0.1:${port}`;

type Notes = ReturnType<typeof createNotes>;

const createNotes = () => {
  const problems: string[] = [];
  const figures: Record<string, number | string> = {};
  return {
    problems,
    figures,
    expect: (holds: boolean, otherwise: string) => {
      if (!holds) problems.push(otherwise);
    },
    figure: (name: string, value: number | string) => {
      figures[name] = typeof value === 'number' ? Math.round(value) : value;
    },
  };
};

const createClock = (ledger: Ledger, seed: number): Pick<Stage, 'at' | 'until' | 'random'> => {
  let state = seed;
  return {
    /** Linear congruential, after Numerical Recipes: good enough for when a fault comes. */
    random: () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32,
    at: async (ms) => {
      await delay(Math.max(0, ms - ledger.now()));
    },
    until: async (what, holds, patienceMs) => {
      const startMs = performance.now();
      while (!(await holds())) {
        if (performance.now() - startMs > patienceMs)
          throw new Error(`${what} did not come true within ${patienceMs} ms`);
        await delay(20);
      }
      return performance.now() - startMs;
    },
  };
};

const summarize = (
  scenario: Scenario,
  { scale, ledger }: Stage,
  { result, notes }: { result: Reconciliation; notes: Notes },
): Outcome => ({
  scenario: scenario.name,
  scale,
  result,
  latencies: latenciesOf(ledger.book),
  figures: notes.figures,
  answers: Object.fromEntries([...ledger.statuses, ...ledger.book.refusals]),
  problems: [...notes.problems, ...generalProblems(result, ledger, scenario)],
  ledger,
});

/** What no scenario may have. */
const generalProblems = (
  { counts, findings, refused }: Reconciliation,
  ledger: Ledger,
  { excuses = [], handOff }: Scenario,
) => {
  const away = ledger.roamers.filter((roamer) => !roamer.isLive());
  return [
    ...faultKinds
      .filter((kind) => counts[kind] > 0 && !excuses.includes(kind))
      .map((kind) => `${counts[kind]} ${kind}: ${JSON.stringify(findings[kind].slice(0, 5))}`),
    // A backend may refuse: what it refused is held against what it was asked.
    ...(refused > 0 && handOff === undefined ? [`${refused} sends were refused`] : []),
    ...(away.length > 0 ? [`${away.length} readers did not come back`] : []),
  ];
};

/** Whether a process says that it is ready. */
export const isReady = async ({ privateUrl }: Cluster['edges'][number]): Promise<boolean> => {
  const answer = await fetch(`${privateUrl}/health/ready`, {
    signal: AbortSignal.timeout(2000),
  }).catch(() => undefined);
  return answer?.status === 200;
};
