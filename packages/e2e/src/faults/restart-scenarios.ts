/** Redis that dies and comes back: with all that it had, with less, with nothing, or as another server. */
import { readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startRedis, type Reconciliation, type Redis } from '@switchboard/testkit';
import { noSocketClosed, sustained } from './expectations.ts';
import type { Scenario, Stage } from './scenario.ts';

interface Restart {
  redis: Redis;
  redisArgs: readonly string[];
  /** Done to the folder while no server runs. */
  spoil?: (folder: string) => Promise<void>;
}

const awayMs = 1000;

/** Kills a server and starts another one a second later at the same port, with what is in its folder. */
export const restart = async (
  { ledger, afterwards }: Stage,
  { redis, redisArgs, spoil }: Restart,
): Promise<Redis> => {
  const [, folder] = (await redis.client().config('GET', 'dir')) as [string, string];
  ledger.mark('kill -9 Redis');
  await redis.kill('SIGKILL');
  await delay(awayMs);
  await spoil?.(folder);
  const again = await startRedis({ port: redis.port, args: [...redisArgs, '--dir', folder] });
  afterwards(again.stop);
  ledger.mark('Redis back');
  return again;
};

/** As often as asked for, spread over the run. */
const restartAgain = async (
  stage: Stage,
  { times, ...how }: Omit<Restart, 'redis'> & { times: number },
): Promise<void> => {
  let { redis } = stage;
  for (let round = 0; round < times; round += 1) {
    await stage.at(((round + 0.3 + stage.random() * 0.4) / times) * stage.scale.seconds * 1000);
    redis = await restart(stage, { ...how, redis });
  }
};

export const everysec = ['--appendonly', 'yes', '--appendfsync', 'everysec'];

/** The longest time between Redis' return and the first answer to a message that was sent after it, ms. */
const noteReturn = ({ ledger, figure, expect }: Stage): void => {
  const { faults, sends } = ledger.book;
  const returns = faults.filter(({ label }) => label === 'Redis back').map(({ atMs }) => atMs);
  const waits = returns.map((backMs) => {
    const later = sends.filter(({ sentMs }) => sentMs >= backMs);
    return Math.min(...later.map(({ answeredMs }) => answeredMs)) - backMs;
  });
  figure('returns', returns.length);
  figure('longestUntilAcceptedMs', Math.max(...waits));
  expect(Math.max(...waits) < 5000, `nothing was accepted for ${Math.max(...waits)} ms`);
};

export const redisRestarted: Scenario = {
  name: 'redis-restarted',
  shortSeconds: 6,
  redisArgs: everysec,
  shape: sustained,
  patienceMs: 15_000,
  faults: (stage) =>
    restartAgain(stage, { redisArgs: everysec, times: stage.scale.isLong ? 30 : 1 }),
  judge: (stage) => {
    noteReturn(stage);
    noSocketClosed(stage);
  },
};

const noteLosses = (
  { figure, expect }: Stage,
  { counts, told, reloads, needlessReloads }: Reconciliation,
): void => {
  figure('vanished', counts.vanished);
  figure('toldMessages', told);
  figure('reloads', reloads);
  expect(counts.vanished > 0, 'Redis has lost nothing');
  expect(needlessReloads === 0, `${needlessReloads} readers were told for nothing`);
};

const cutMinBytes = 20_000;
const cutMaxBytes = 60_000;

const transactionEnd = '*1\r\n$4\r\nEXEC\r\n';

/**
 * What a crash of the machine leaves: the end of the append-only file was not on the disk yet. Cut behind a
 * whole transaction: Redis 7.0 drops the commands of a torn one at the start but leaves them in the file, and
 * executes them at the start after that. (Then a resume over that place finds the chain broken, and is told.)
 */
const cutAppendOnlyFile =
  (random: () => number) =>
  async (folder: string): Promise<void> => {
    const files = join(folder, 'appendonlydir');
    const newest = (await readdir(files)).filter((name) => name.endsWith('.incr.aof')).toSorted();
    const file = join(files, newest.at(-1) ?? '');
    const content = await readFile(file);
    const cut = cutMinBytes + Math.floor(random() * (cutMaxBytes - cutMinBytes));
    const end = content.lastIndexOf(transactionEnd, content.length - cut);
    await truncate(file, end < 0 ? 0 : end + transactionEnd.length);
  };

/** Redis comes back without the last of what it had acknowledged. */
export const redisRolledBack: Scenario = {
  name: 'redis-rolled-back',
  shortSeconds: 6,
  redisArgs: everysec,
  shape: sustained,
  patienceMs: 15_000,
  excuses: ['vanished'],
  faults: (stage) => {
    const { random, scale } = stage;
    const redisArgs = [...everysec, '--aof-load-truncated', 'yes'];
    const times = scale.isLong ? Math.max(1, Math.floor(scale.seconds / 15)) : 1;
    return restartAgain(stage, { redisArgs, times, spoil: cutAppendOnlyFile(random) });
  },
  judge: (stage, result) => {
    noteReturn(stage);
    noteLosses(stage, result);
  },
};

/**
 * Redis comes back with nothing: everybody is told to reload. A call whose answer was lost is executed
 * again, because nobody remembers it.
 */
export const redisEmptied: Scenario = {
  name: 'redis-emptied',
  shortSeconds: 6,
  shape: sustained,
  patienceMs: 15_000,
  excuses: ['vanished'],
  faults: (stage) => restartAgain(stage, { redisArgs: [], times: 1 }),
  judge: (stage, result) => {
    noteReturn(stage);
    noteLosses(stage, result);
    const untold = stage.ledger.book.readers.filter(({ marks }) =>
      marks.every(({ what }) => what !== 'told'),
    );
    stage.expect(untold.length === 0, `${untold.length} readers were not told`);
  },
};

/** The Sentinels notice by themselves that the primary is dead, and promote a replica. */
export const sentinelFailover: Scenario = {
  name: 'sentinel-failover',
  shortSeconds: 8,
  onSentinels: true,
  shape: sustained,
  patienceMs: 15_000,
  excuses: ['vanished'],
  faults: async ({ at, sentinels, ledger, scale, until, figure }) => {
    await at(scale.seconds * 200);
    const before = await sentinels!.primary();
    ledger.mark('kill -9 primary');
    await before.kill('SIGKILL');
    const isOther = async () => (await sentinels!.primary()) !== before;
    figure('promotedAfterMs', await until('a replica is promoted', isOther, 30_000));
    ledger.mark('Redis back');
  },
  judge: (stage, { counts, reloads, needlessReloads }) => {
    noteReturn(stage);
    stage.figure('vanished', counts.vanished);
    stage.figure('reloads', reloads);
    stage.expect(needlessReloads === 0, `${needlessReloads} readers were told for nothing`);
  },
};
