/** A bad quarter of an hour: one fault after the other, each chosen by chance, under steady load. */
import { setTimeout as delay } from 'node:timers/promises';
import { sustained } from './expectations.ts';
import { choose, replaceEdge, replaceIngress, watchFleet, type Fleet } from './fleet.ts';
import { follows } from './redis-scenarios.ts';
import { everysec, restart } from './restart-scenarios.ts';
import type { Scenario, Stage } from './scenario.ts';

type Fault = (stage: Stage, fleet: Fleet) => Promise<void>;

const redisArgs = [...everysec, '--enable-debug-command', 'local'];

const impose = async (
  { ledger, redisProxy }: Stage,
  label: string,
  ms: number,
  ...condition: Parameters<Stage['redisProxy']['impose']>
): Promise<void> => {
  ledger.mark(label);
  const lift = redisProxy.impose(...condition);
  await delay(ms);
  lift();
};

const faults: Readonly<Record<string, Fault>> = {
  edgeKilled: (stage, fleet) => replaceEdge(stage, fleet, 'SIGKILL'),
  edgeDrained: (stage, fleet) => replaceEdge(stage, fleet, 'SIGTERM'),
  ingressKilled: (stage, fleet) => replaceIngress(stage, fleet, 'SIGKILL'),
  ingressStopped: (stage, fleet) => replaceIngress(stage, fleet, 'SIGTERM'),
  pubSubKilled: async ({ ledger }, { redis }) => {
    ledger.mark('CLIENT KILL');
    await redis.client().call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  },
  redisFrozen: async ({ ledger }, { redis }) => {
    ledger.mark('Redis sleeps 2 s');
    await redis.client().call('DEBUG', 'SLEEP', '2');
  },
  redisKilled: async (stage, fleet) => {
    fleet.redis = await restart(stage, { redis: fleet.redis, redisArgs });
  },
  redisFar: (stage) => impose(stage, '200 ms to Redis', 4000, { kind: 'delay', ms: 200 }),
  copiesRemoved: (stage) =>
    impose(stage, '30 % of copies', 4000, { kind: 'discard', share: 0.3 }, follows),
  followersDeaf: (stage) => impose(stage, 'black hole', 8000, { kind: 'black-hole' }, follows),
  redisCut: async ({ ledger, redisProxy }) => {
    ledger.mark('links to Redis cut');
    redisProxy.cut();
  },
  clientsCut: async (stage) => {
    stage.ledger.mark('half of the clients cut');
    for (const roamer of stage.ledger.roamers) if (stage.random() < 0.5) roamer.cut(2000);
  },
};

const pauseMs = 5000;

const goWrong = async (stage: Stage): Promise<void> => {
  const { ledger, scale, figure } = stage;
  const fleet = watchFleet(stage);
  const counts = new Map<string, number>();
  while (ledger.now() < scale.seconds * 1000 - pauseMs) {
    const name = choose(stage, Object.keys(faults));
    counts.set(name, (counts.get(name) ?? 0) + 1);
    await faults[name]!(stage, fleet);
    await delay(pauseMs * (0.5 + stage.random()));
  }
  for (const [name, count] of counts) figure(name, count);
};

export const soak: Scenario = {
  name: 'soak',
  edges: 3,
  ingresses: 2,
  shortSeconds: 20,
  redisArgs,
  env: { DRAIN_WAIT_MS: '500', DRAIN_WINDOW_MS: '2000', SHUTDOWN_TIMEOUT_MS: '8000' },
  shape: sustained,
  patienceMs: 20_000,
  faults: goWrong,
};
