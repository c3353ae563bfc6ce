/** A hand-off that goes wrong everywhere: edges, workers, Redis and the backend, one after the other. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ScriptedBackend } from '@switchboard/testkit';
import { choose, replaceEdge, replaceIngress, watchFleet, type Fleet } from '../faults/fleet.ts';
import { everysec, restart } from '../faults/restart-scenarios.ts';
import type { Scenario, Stage } from '../faults/scenario.ts';
import { judgeComings } from './comings.ts';
import { makeMoody } from './moody-backend.ts';

type Fault = (stage: Stage, fleet: Fleet, backend: ScriptedBackend) => Promise<void>;

/** Lets the backend be so for a while. */
const forAWhile = async (
  { ledger }: Stage,
  label: string,
  { ms, begin }: { ms: number; begin: () => unknown },
): Promise<void> => {
  ledger.mark(label);
  const end = begin() as () => unknown;
  await delay(ms);
  await end();
  ledger.mark(`${label}: over`);
};

const faults = {
  edgeKilled: (stage, fleet) => replaceEdge(stage, fleet, 'SIGKILL'),
  edgeDrained: (stage, fleet) => replaceEdge(stage, fleet, 'SIGTERM'),
  workerKilled: (stage, fleet) => replaceIngress(stage, fleet, 'SIGKILL'),
  workerStopped: (stage, fleet) => replaceIngress(stage, fleet, 'SIGTERM'),
  redisKilled: async (stage, fleet) => {
    fleet.redis = await restart(stage, { redis: fleet.redis, redisArgs: everysec });
  },
  redisCut: async ({ ledger, redisProxy }) => {
    ledger.mark('links to Redis cut');
    redisProxy.cut();
  },
  backendDead: (stage, _fleet, backend) =>
    forAWhile(stage, 'backend dead', {
      ms: stage.scale.isLong ? 4000 : 1500,
      begin: () => {
        void backend.die();
        return backend.revive;
      },
    }),
  backendSlow: (stage, _fleet, backend) =>
    forAWhile(stage, 'backend slow', {
      ms: 3000,
      begin: () => backend.script({ answer: { headAfterMs: 700 } }),
    }),
  backendFails: (stage, _fleet, backend) =>
    forAWhile(stage, 'backend fails', {
      ms: 3000,
      begin: () => backend.script({ answer: { status: 503, keeps: stage.random() < 0.5 } }),
    }),
  chatFails: (stage, _fleet, backend) => {
    const rooms = [...stage.ledger.book.sends.keys()].map(
      (number) => stage.ledger.book.sends[number]?.room ?? 0,
    );
    const chatId = `room-${choose(stage, rooms)}`;
    return forAWhile(stage, `${chatId} fails`, {
      ms: 3000,
      begin: () => backend.script({ hook: 'events', chatId, answer: { status: 500 } }),
    });
  },
} satisfies Record<string, Fault>;

type FaultName = keyof typeof faults;

/** Each once, the deaths that are followed by a start at the same time. */
const shortPlan: readonly (readonly FaultName[])[] = [
  ['edgeKilled', 'workerKilled'],
  ['redisKilled'],
  ['backendDead'],
];
const pauseMs = { short: 400, long: 4000 };

const goWrong = async (stage: Stage): Promise<void> => {
  const { cluster, ledger, scale, figure, random } = stage;
  const backend = stage.backend!;
  const fleet = watchFleet(stage);
  backend.postsTo({
    get url() {
      return ledger.ingresses.next() ?? '';
    },
    apiToken: cluster.apiToken,
  });
  const counts = new Map<string, number>();
  const happen = async (name: FaultName, longestPauseMs: number) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    await faults[name](stage, fleet, backend);
    await delay(longestPauseMs * (0.5 + random()));
  };
  await delay(500);
  for (const names of scale.isLong ? [] : shortPlan)
    await Promise.all(names.map((name) => happen(name, pauseMs.short)));
  while (scale.isLong && ledger.now() < scale.seconds * 1000 - pauseMs.long)
    await happen(choose(stage, Object.keys(faults)) as FaultName, pauseMs.long);
  for (const [name, count] of counts) figure(name, count);
};

export const handOff: Scenario = {
  name: 'hand-off',
  ingresses: 2,
  shortSeconds: 6,
  redisArgs: everysec,
  handOff: {
    hooks: ['send', 'events'],
    isTold: 'all',
    script: (backend, random) => makeMoody(backend, { random, badShare: 0.08, slowMs: 600 }),
  },
  env: {
    EVENTS_HOOK_KINDS: 'messages,posted_messages,users,operators',
    SEND_HOOK_TRY_TIMEOUT_MS: '2000',
    SEND_HOOK_TIMEOUT_MS: '5000',
    DRAIN_WAIT_MS: '500',
    DRAIN_WINDOW_MS: '2000',
    SHUTDOWN_TIMEOUT_MS: '8000',
  },
  shortEnv: { DRAIN_WAIT_MS: '0', DRAIN_WINDOW_MS: '100' },
  shape: ({ isLong, seconds }) => ({
    socketShare: 0.7,
    ...(isLong
      ? { rooms: 100, passersBy: 50, messages: seconds * 50 }
      : { rooms: 10, passersBy: 10, messages: 240 }),
  }),
  patienceMs: 20_000,
  faults: goWrong,
  judge: judgeComings,
};
