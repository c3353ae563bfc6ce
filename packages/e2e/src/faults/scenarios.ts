/** Every scenario, by its name on the command line. */
import { behindHaproxy, behindNginx } from '../balancers/rolling-scenarios.ts';
import { cutAgain } from './client-scenarios.ts';
import { clientStorm } from './client-storm.ts';
import { clockWrong, edgeDrained, edgeKilled, storm } from './edge-scenarios.ts';
import { halfOpen } from './half-open.ts';
import { ingressKilled } from './ingress-scenarios.ts';
import { linkCut } from './link-cut.ts';
import {
  copiesRemoved,
  followersDeaf,
  pubSubKilled,
  redisAway,
  redisFull,
} from './redis-scenarios.ts';
import {
  redisEmptied,
  redisRestarted,
  redisRolledBack,
  sentinelFailover,
} from './restart-scenarios.ts';
import type { Scenario } from './scenario.ts';
import { slowReaders } from './slow-readers.ts';
import { handOff } from '../hand-off/hand-off-scenario.ts';
import { upgraded } from '../upgrade/upgrade-scenario.ts';
import { soak } from './soak-scenario.ts';

const all = [
  edgeKilled,
  edgeDrained,
  storm,
  clockWrong,
  ingressKilled,
  pubSubKilled,
  copiesRemoved,
  followersDeaf,
  redisAway,
  redisRestarted,
  redisRolledBack,
  redisEmptied,
  sentinelFailover,
  redisFull,
  cutAgain,
  clientStorm,
  slowReaders,
  halfOpen,
  linkCut,
  behindHaproxy,
  behindNginx,
  upgraded,
  handOff,
  soak,
];

export const scenarios: ReadonlyMap<string, Scenario> = new Map(
  all.map((scenario) => [scenario.name, scenario]),
);
