/** Redis that drops its followers, stays away, or is full, and loses nothing. */
import type { Scenario, Stage } from './scenario.ts';
import { noSocketClosed, sustained } from './expectations.ts';
import { isReady } from './run-scenario.ts';

export const follows = ({ opening }: { opening: string }): boolean => opening.includes(':follow');

export const pubSubKilled: Scenario = {
  name: 'pubsub-killed',
  shape: sustained,
  faults: async ({ at, redis, ledger, scale, random }) => {
    const client = redis.client();
    const kills = scale.isLong ? 30 : 4;
    for (let kill = 1; kill <= kills; kill += 1) {
      await at(((kill - 0.5 + random() * 0.5) / (kills + 1)) * scale.seconds * 1000);
      ledger.mark('CLIENT KILL');
      await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    }
  },
  judge: noSocketClosed,
};

/** Live copies vanish and the connection lives: the next event shows the hole. */
export const copiesRemoved: Scenario = {
  name: 'copies-removed',
  shape: sustained,
  faults: async ({ at, redisProxy, ledger, scale }) => {
    await at(scale.seconds * 200);
    ledger.mark('30 % of reads dropped');
    const lift = redisProxy.impose({ kind: 'discard', share: 0.3 }, follows);
    await at(scale.seconds * 800);
    lift();
    ledger.mark('whole');
  },
  judge: noSocketClosed,
};

/** The follow connections of the edges swallow everything, without FIN. */
export const followersDeaf: Scenario = {
  name: 'followers-deaf',
  shortSeconds: 9,
  shape: sustained,
  patienceMs: 15_000,
  faults: async ({ at, redisProxy, ledger, cluster, until, figure, expect }) => {
    await at(1000);
    ledger.mark('black hole');
    const lift = redisProxy.impose({ kind: 'black-hole' }, follows);
    const red = async () => !(await isReady(cluster.edges[0]!));
    const foundMs = await until('readiness red', red, 10_000);
    figure('foundMs', foundMs);
    expect(foundMs < 5000, `found after ${Math.round(foundMs)} ms`);
    ledger.mark('red');
    await at(7000);
    lift();
    ledger.mark('healed');
    const greenMs = await until('readiness green', () => isReady(cluster.edges[0]!), 10_000);
    figure('greenMs', greenMs);
  },
  judge: noSocketClosed,
};

interface NodeOfCluster {
  id: string;
}

/** None while Redis cannot tell. */
const readNodes = async ({ cluster }: Stage): Promise<string[]> => {
  const answer = await fetch(`${cluster.ingress.url}/nodes`, {
    headers: { 'api-token': cluster.apiToken },
  });
  if (answer.status !== 200) return [];
  return ((await answer.json()) as NodeOfCluster[]).map(({ id }) => id).sort();
};

/** Redis is cut off for longer than the leases: nobody may be declared dead for it. */
export const redisAway: Scenario = {
  name: 'redis-away',
  shortSeconds: 15,
  shape: sustained,
  patienceMs: 15_000,
  faults: async (stage) => {
    const { at, redisProxy, ledger, until, figure, expect, cluster } = stage;
    const before = await readNodes(stage);
    expect(before.length === cluster.edges.length, `${before.length} nodes are known before`);
    await at(1000);
    ledger.mark('Redis away');
    const lift = redisProxy.impose({ kind: 'refuse' });
    redisProxy.cut();
    await at(13_000);
    lift();
    ledger.mark('Redis back');
    figure('greenMs', await until('ready', () => isReady(cluster.edges[0]!), 10_000));
    const same = async () => String(await readNodes(stage)) === String(before);
    figure('knownAgainMs', await until('the same nodes', same, 10_000));
  },
  judge: (stage) => {
    noSocketClosed(stage);
    stage.expect((stage.ledger.statuses.get('503') ?? 0) > 0, 'nobody was told 503');
  },
};

export const redisFull: Scenario = {
  name: 'redis-full',
  shape: sustained,
  faults: async ({ at, redis, ledger, scale }) => {
    const client = redis.client();
    await at(scale.seconds * 300);
    ledger.mark('full');
    await client.config('SET', 'maxmemory', '1');
    await at(scale.seconds * 700);
    await client.config('SET', 'maxmemory', '0');
    ledger.mark('room again');
  },
  judge: (stage) => {
    noSocketClosed(stage);
    stage.expect((stage.ledger.statuses.get('503') ?? 0) > 0, 'nobody was told 503');
  },
};
