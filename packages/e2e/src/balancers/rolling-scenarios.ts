/** Every process is replaced behind a load balancer, one after the other, under load. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, ClusterNode, SentinelGroup } from '@switchboard/testkit';
import { isReady } from '../faults/run-scenario.ts';
import type { Scenario, Stage } from '../faults/scenario.ts';
import type { Address, Site, StartBalancer } from './balancer.ts';
import { startHaproxy } from './haproxy.ts';
import { startNginx } from './nginx.ts';

const addressOf = ({ url, privateUrl }: ClusterNode): Address => ({
  port: Number(new URL(url).port),
  privatePort: Number(new URL(privateUrl).port),
});

const siteOf = ({ edges, ingresses }: Cluster): Site => ({
  edges: edges.map(addressOf) as unknown as Site['edges'],
  ingresses: ingresses.map(addressOf) as unknown as Site['ingresses'],
});

/** What a Deployment calls `minReadySeconds`: the balancer finds the new one before the next one goes. */
const settledMs = 700;

/** One after the other. */
const rollOver = async (stage: Stage, nodes: readonly ClusterNode[]): Promise<void> => {
  const { cluster, ledger, expect } = stage;
  for (const node of nodes) {
    ledger.mark(`SIGTERM ${node.name}`);
    node.kill('SIGTERM');
    const { code } = await node.exited;
    expect(code === 0, `${node.name} ended with ${code}: ${node.output()}`);
    await cluster.restart(node);
    await delay(settledMs);
  }
};

/**
 * In a round behind nginx, and in one of many behind HAProxy: a 502 is made of a connection that the kernel
 * took in the moment in which an ingress stopped to listen. Its caller sends it again, as any that was broken
 * off, and it is executed once.
 */
const brokenOffMax = 2;

/** Edges and ingresses are two Deployments: each has its own pace. The long form goes round until the end. */
const replaceAll = async (stage: Stage, hasHealthChecks: boolean): Promise<void> => {
  const { cluster, ledger, scale, sentinels, figure } = stage;
  let rounds = 0;
  do {
    const before = refusedCalls(stage);
    await Promise.all([
      rollOver(stage, [...cluster.edges]),
      rollOver(stage, [...cluster.ingresses]),
    ]);
    const refused = refusedCalls(stage) - before;
    const allowed = scale.isLong || !hasHealthChecks ? brokenOffMax : 0;
    stage.expect(refused <= allowed, `${refused} calls were refused while processes were replaced`);
    if (sentinels !== undefined) await replaceRedis(stage, sentinels);
    rounds += 1;
  } while (scale.isLong && ledger.now() < scale.seconds * 800);
  figure('rounds', rounds);
  figure('rolledMs', ledger.now());
};

const readyAgainMs = 10_000;

/** Every server of the group, with an ordered failover for the primary. */
const replaceRedis = async (stage: Stage, sentinels: SentinelGroup): Promise<void> => {
  const { cluster, ledger, until, expect } = stage;
  const { port } = await sentinels.primary();
  ledger.mark('Redis rolls');
  await sentinels.rollOver();
  const nodes = [...cluster.edges, ...cluster.ingresses];
  const ready = async () => (await Promise.all(nodes.map(isReady))).every(Boolean);
  await until('all are ready', ready, readyAgainMs);
  ledger.mark('Redis back');
  expect((await sentinels.primary()).port !== port, 'the same Redis is the primary');
};

/** By a balancer that has nobody to ask, or by an ingress without Redis. */
const refusedCalls = ({ ledger }: Stage): number =>
  ['502', '503', '504'].reduce((sum, status) => sum + (ledger.statuses.get(status) ?? 0), 0);

const draining = 4001;

/** Every socket was closed by its edge, in words, and found another one. */
const judge = ({ ledger, expect, figure }: Stage): void => {
  const { readers, refusals, sends } = ledger.book;
  const closes = readers.flatMap(({ marks }) => marks.filter(({ what }) => what === 'away'));
  const cut = closes.filter(({ closeCode }) => closeCode !== draining);
  figure('closed', closes.length);
  figure('sentAgain', sends.filter(({ attempts }) => attempts > 1).length);
  expect(closes.length >= readers.length, `only ${closes.length} sockets were sent elsewhere`);
  expect(cut.length === 0, `${cut.length} sockets were closed with ${cut[0]?.closeCode}`);
  expect(refusals.size === 0, `upgrades were refused: ${JSON.stringify([...refusals])}`);
};

const behind = (start: StartBalancer): NonNullable<Scenario['behind']> => {
  return async (cluster) => {
    const { host, stop } = await start(siteOf(cluster));
    return { sockets: `ws://${host}`, calls: `http://${host}`, stop };
  };
};

const rolling = {
  edges: 3,
  ingresses: 2,
  // Calls take as long as the machine is busy: there are enough callers to keep the pace all the same.
  shape: ({ isLong, seconds }) =>
    isLong ? { rooms: 100, messages: seconds * 100, httpSenders: 48 } : {},
  patienceMs: 15_000,
  judge,
} satisfies Partial<Scenario>;

const drain = { DRAIN_WINDOW_MS: '800', SHUTDOWN_TIMEOUT_MS: '8000' };

/** Its health checks find a process that is not ready within 750 ms; so long both go on serving. */
export const behindHaproxy: Scenario = {
  ...rolling,
  name: 'behind-haproxy',
  onSentinels: true,
  faults: (stage) => replaceAll(stage, true),
  behind: behind(startHaproxy),
  env: { ...drain, DRAIN_WAIT_MS: '1200', DRAIN_DELAY_MS: '1200' },
  shortSeconds: 17,
};

/** It has no health checks: a process that stops refuses at once, and the next one is tried. */
export const behindNginx: Scenario = {
  ...rolling,
  name: 'behind-nginx',
  faults: (stage) => replaceAll(stage, false),
  behind: behind(startNginx),
  env: { ...drain, DRAIN_WAIT_MS: '0', DRAIN_DELAY_MS: '0' },
  shortSeconds: 9,
};
