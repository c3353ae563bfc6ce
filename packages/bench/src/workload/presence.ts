/**
 * Presence: operators with a tab on each of four nodes. What the heartbeats cost, without sessions and with
 * all of them, and how long `/online-users` takes, at rest and while tabs come and go.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { gatherCrowd, mintToken, startCluster, type Cluster } from '@switchboard/testkit';
import { redisRole, startMeasuredRedis } from '../contender/redis.ts';
import { startLoadGenerator } from '../load/load-generator.ts';
import type { SubscriberPlan } from '../load/subscriber.ts';
import { openTimedGet, type TimedGet } from '../load/timed-get.ts';
import { upgradeRequest } from '../load/upgrade.ts';
import { awaitCalm } from '../measure/calm.ts';
import { meterCpu, type CpuUse, type Measured } from '../measure/cpu-meter.ts';
import { reportTimes, type LatencyReport } from '../measure/latency.ts';
import { renderPresence, type AskRow, type RestRow } from '../report/presence-table.ts';
import { unlessAborted } from '../stop-request.ts';
import type { Workload, WorkloadSetting } from './workload.ts';

const nodes = 4;
const tokenLifeS = 24 * 3600;
const restMs = 20_000;
const settleMs = 5_000;
const asksPerQuestion = 200;
const askEveryMs = 25;
const churnSessions = 25;
const widgets = 40;
const departments = 8;

const questions = ['', '?widget_id=w7', '?department_id=d3', '?operator_id=operator-17'];

export const presence: Workload = {
  peers: ['switchboard'],
  file: 'presence',
  run: async (setting) => {
    const redis = await startMeasuredRedis();
    try {
      const { signal } = setting;
      const cluster = await startCluster({ edges: nodes, redisUrl: redis.url, signal });
      try {
        return await unlessAborted(measure(cluster, redis.pid, setting), signal);
      } finally {
        await cluster.stop();
      }
    } finally {
      await redis.stop();
    }
  },
};

const measure = async (cluster: Cluster, redisPid: number, setting: WorkloadSetting) => {
  const { options, signal, say } = setting;
  const sessions = options.survival.clients;
  const servers = [
    ...[...cluster.edges, ...cluster.ingresses].map(({ role, pid }) => ({ role, pid })),
    { role: redisRole, pid: redisPid },
  ];
  const generator = startLoadGenerator(options.receivers);
  try {
    await delay(settleMs, undefined, { signal });
    const atRest = async (count: number): Promise<RestRow> => {
      await awaitCalm(options.patienceS, signal);
      return { sessions: count, ...coresOf(await useOf(servers, restMs)) };
    };
    const empty = await atRest(0);
    say(`without sessions: ${describeRest(empty)}`);
    const openedMs = performance.now();
    await generator.open(await planDesks(cluster, sessions));
    say(`${sessions} sessions after ${Math.round(performance.now() - openedMs)} ms`);
    await delay(settleMs, undefined, { signal });
    const full = await atRest(sessions);
    say(`with sessions: ${describeRest(full)}`);
    const asks = [...(await askAll(cluster, false)), ...(await askAll(cluster, true))];
    return { rows: [empty, full, ...asks], table: renderPresence([empty, full], asks) };
  } finally {
    await generator.stop();
  }
};

const useOf = async (servers: readonly Measured[], forMs: number): Promise<CpuUse> => {
  const use = await meterCpu(servers);
  await delay(forMs);
  return use();
};

const coresOf = ({ processes, elapsedS }: CpuUse): Omit<RestRow, 'sessions'> => {
  const of = (role: string) =>
    processes
      .filter((one) => one.role === role)
      .reduce((sum, { userS, kernelS }) => sum + (userS + kernelS) / elapsedS, 0);
  return { edges: of('edge'), ingress: of('ingress'), redis: of(redisRole) };
};

const describeRest = ({ edges, ingress, redis }: RestRow): string =>
  [edges, ingress, redis].map((cores) => `${(cores * 100).toFixed(2)} %`).join(', ');

/** An operator has a tab on each node; half of them serve a widget and a department. */
const planDesks = (cluster: Cluster, count: number): Promise<SubscriberPlan[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const { url, token } = await planTab(cluster, index % nodes, Math.floor(index / nodes));
      const port = Number(new URL(url).port);
      return {
        port,
        request: upgradeRequest({ port, path: '/broadcast', token }),
        isGreeted: true,
      };
    }),
  );

const planTab = async (cluster: Cluster, node: number, operator: number) => {
  const sources = {
    widgets: [{ id: `w${operator % widgets}` }],
    departments: [{ id: `d${operator % departments}`, name: 'A department' }],
  };
  const claims = {
    sub: `operator-${operator}`,
    role: 'operator',
    name: `Operator number ${operator}`,
    avatar_url: `https://static.example/avatars/${operator}.png`,
    ...(operator % 2 === 1 && { sources }),
  } as const;
  const token = await mintToken(cluster.authSecret, claims, tokenLifeS);
  return { url: cluster.edges[node]!.url, token };
};

const askAll = async (cluster: Cluster, churn: boolean): Promise<AskRow[]> => {
  const headers = { 'Api-Token': cluster.apiToken };
  const asking = openTimedGet(cluster.ingress.url, headers);
  const stopChurn = churn ? startChurn(cluster) : async () => {};
  const rows: AskRow[] = [];
  try {
    for (const question of questions) {
      const live = watchLoop(cluster.ingress.url);
      const answers = await askOften(asking, `/online-users${question}`);
      const { p99Ms: liveP99Ms, maxMs: liveMaxMs } = await live();
      rows.push({
        question: `/online-users${question}`,
        churn,
        ...reportTimes(answers.map(({ tookUs }) => tookUs)),
        megabytes: answers.at(-1)!.bytes / 1e6,
        liveP99Ms,
        liveMaxMs,
      });
    }
  } finally {
    await stopChurn();
    asking.close();
  }
  return rows;
};

const askOften = async (asking: TimedGet, path: string) => {
  const answers = [];
  for (let count = 0; count < asksPerQuestion; count += 1) {
    answers.push(await asking.ask(path));
    await delay(askEveryMs);
  }
  return answers;
};

/** Asks something that costs nothing, all the time: its latency is what the loop was busy with. */
const watchLoop = (url: string): (() => Promise<LatencyReport>) => {
  const asking = openTimedGet(url, {});
  const timesUs: number[] = [];
  let isGoing = true;
  const watch = (async () => {
    while (isGoing) {
      timesUs.push((await asking.ask('/health/live')).tookUs);
      await delay(5);
    }
  })();
  return async () => {
    isGoing = false;
    await watch;
    asking.close();
    return reportTimes(timesUs);
  };
};

/** Tabs of operators of their own that come and go, some dozens a second. */
const startChurn = (cluster: Cluster): (() => Promise<void>) => {
  let isGoing = true;
  const churn = (async () => {
    const tabs = await Promise.all(
      Array.from({ length: churnSessions }, (_, index) =>
        planTab(cluster, index % nodes, 1_000_000 + index),
      ),
    );
    const members = tabs.map(({ url, token }) => ({ url, path: '/broadcast', token }));
    while (isGoing) {
      const crowd = await gatherCrowd(members);
      await delay(200);
      crowd.scatter();
      await delay(200);
    }
  })();
  return async () => {
    isGoing = false;
    await churn;
  };
};
