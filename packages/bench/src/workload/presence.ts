/**
 * Presence: operators with a tab on each of four nodes. What the heartbeats cost, without sessions and with
 * all of them, and how long `/online-users` takes, at rest and while tabs come and go.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { mintToken, startCluster, type Cluster, type CrowdMember } from '@switchboard/testkit';
import { startBenchProcess, type BenchProcess } from '../child-process.ts';
import { redisRole, startMeasuredRedis } from '../contender/redis.ts';
import { callProcess } from '../load/call.ts';
import type { CompanyMethods } from '../load/company-process.ts';
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

const companyProgram = new URL('../load/company-process.ts', import.meta.url);

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
  about: 'operators with a tab on each of four nodes: at rest, and /online-users',
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
  const sessions = options.asked.clients ?? 10_000;
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
    const scale = { sessions };
    return { scale, rows: [empty, full, ...asks], table: renderPresence([empty, full], asks) };
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
  const asking = openTimedGet(cluster.ingress.url, { 'Api-Token': cluster.apiToken });
  const company = [startBenchProcess(companyProgram), startBenchProcess(companyProgram)] as const;
  const [watcher, crowd] = [callCompany(company[0]), callCompany(company[1])];
  const rows: AskRow[] = [];
  try {
    if (churn) await crowd.comeAndGo(await planChurn(cluster));
    for (const question of questions) {
      await watcher.watch(cluster.ingress.url);
      const answers = await askOften(asking, `/online-users${question}`);
      const live = (await watcher.stop()) as LatencyReport;
      rows.push({
        question: `/online-users${question}`,
        churn,
        ...reportTimes(answers.map(({ tookUs }) => tookUs)),
        megabytes: answers.at(-1)!.bytes / 1e6,
        liveP99Ms: live.p99Ms,
        liveMaxMs: live.maxMs,
      });
    }
  } finally {
    await Promise.all(company.map(({ stop }) => stop()));
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

const callCompany = ({ child }: BenchProcess) =>
  callProcess<CompanyMethods>(child, ['watch', 'comeAndGo', 'stop']);

/** Operators of their own. */
const planChurn = async (cluster: Cluster): Promise<CrowdMember[]> => {
  const tabs = Array.from({ length: churnSessions }, (_, index) =>
    planTab(cluster, index % nodes, 1_000_000 + index),
  );
  return (await Promise.all(tabs)).map(({ url, token }) => ({ url, path: '/broadcast', token }));
};
