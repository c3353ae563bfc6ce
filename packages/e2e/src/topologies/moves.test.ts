/** What docs/operations.md has people type to move Redis, typed while Switchboard runs on it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  findRedisProgram,
  startCluster,
  startRedis,
  startRedisCluster,
  startSentinelGroup,
  type Cluster,
  type Redis,
} from '@switchboard/testkit';
import { expect, test } from 'vitest';
import { createBackend } from '../backend.ts';
import { createCast } from '../cast.ts';
import { complaints, gather, startTalk } from './witnesses.ts';

const root = join(import.meta.dirname, '../../../..');
const chatIds = ['one', 'two'];
const keyPrefix = 'sb:';

/** What is called when the test is over, the last one first. */
type AtTheEnd = (end: () => Promise<void>) => void;

/** The block of commands with that mark. */
const commandsOf = async (mark: string): Promise<string> => {
  const text = await readFile(join(root, 'docs/operations.md'), 'utf8');
  const [, lines = ''] = new RegExp(`^\`\`\`sh ${mark}\n(.*?)^\`\`\`$`, 'msu').exec(text) ?? [];
  expect(lines).not.toBe('');
  return lines;
};

const type = async (mark: string, env: Readonly<Record<string, string>>): Promise<string> => {
  const redis = await findRedisProgram();
  const path = [process.env['PATH'], dirname(redis.path)].join(delimiter);
  const lines = await commandsOf(mark);
  const { stdout } = await promisify(execFile)('bash', ['-uo', 'pipefail', '-c', lines], {
    timeout: 50_000,
    env: { ...process.env, ...redis.env, ...env, PATH: path, KEY_PREFIX: keyPrefix },
  });
  return stdout;
};

const raise = async (redisUrl: string, atTheEnd: AtTheEnd): Promise<Cluster> => {
  const cluster = await startCluster({ redisUrl, keyPrefix, env: { OVERLOAD_LAG_MS: '0' } });
  atTheEnd(cluster.stop);
  return cluster;
};

const playOn = (cluster: Cluster, atTheEnd: AtTheEnd) => {
  let names = 0;
  const cast = createCast(
    () => cluster,
    (kind) => `${kind}-${(names += 1)}`,
  );
  atTheEnd(cast.leave);
  const { apiToken, ingress } = cluster;
  return { cast, backend: createBackend(() => ({ url: ingress.url, apiToken })) };
};

test.concurrent('a failover in order loses nothing, and nobody has to reload', async ({
  onTestFinished: atTheEnd,
}) => {
  const group = await startSentinelGroup();
  atTheEnd(group.stop);
  const { cast, backend } = playOn(await raise(group.url, atTheEnd), atTheEnd);
  const witnesses = await gather(cast, chatIds);
  const talk = startTalk(backend, chatIds);
  await expect.poll(() => talk.said.length, { timeout: 20_000 }).toBeGreaterThan(10);
  const before = await group.primary();
  const [, sentinel = ''] = /:(\d+)/u.exec(group.url) ?? [];
  await type('tested with Sentinels', { SENTINEL_HOST: '127.0.0.1', SENTINEL_PORT: sentinel });
  expect((await group.primary()).port).not.toBe(before.port);
  const until = talk.said.length + 8;
  await expect.poll(() => talk.said.length, { timeout: 20_000 }).toBeGreaterThan(until);
  expect(await complaints(witnesses, await talk.stop())).toEqual([]);
  expect(witnesses.filter(({ player }) => player.ws.readyState !== player.ws.OPEN)).toEqual([]);
  expect(witnesses.map(({ player }) => player.all('connected').length)).toEqual(
    witnesses.map(() => 1),
  );
}, 120_000);

/** Without those of nodes and sessions, which live for seconds. */
const lastingKeys = async (servers: readonly Redis[]): Promise<string[]> => {
  const keys = await Promise.all(servers.map((server) => server.client().keys('*')));
  const lasting = keys
    .flat()
    .filter((key) => /:(?:log|state|messages|once|feed|cluster)/u.test(key));
  expect(lasting.length).toBeGreaterThan(5);
  return lasting.toSorted();
};

test.concurrent('from a standalone Redis into a Cluster: whoever comes back misses nothing, and nothing is said twice', async ({
  onTestFinished: atTheEnd,
}) => {
  const [old, redis] = await Promise.all([startRedis(), startRedisCluster()]);
  atTheEnd(old.stop);
  atTheEnd(redis.stop);
  const first = await raise(old.url, atTheEnd);
  const before = playOn(first, atTheEnd);
  const chatId = 'moved';
  const visitor = await before.cast.visitor(chatId);
  await before.backend.say(chatId, { id: 'seen' });
  const { position: since = '' } = await visitor.next('messageAdded');
  visitor.terminate();
  const missed = [];
  for (const id of ['a', 'b', 'c']) missed.push(await before.backend.say(chatId, { id }));
  await first.stop();

  const primary = await redis.primary(0);
  const told = await type('tested with a Cluster', {
    OLD_HOST: '127.0.0.1',
    OLD_PORT: String(old.port),
    NEW_HOST: '127.0.0.1',
    NEW_PORT: String(primary.port),
  });
  expect(told).toContain('partitions');
  const primaries = await Promise.all([0, 1, 2].map((shard) => redis.primary(shard)));
  expect(await lastingKeys(primaries)).toEqual(await lastingKeys([old]));

  const after = playOn(await raise(redis.url, atTheEnd), atTheEnd);
  const back = await after.cast.visitor(chatId, { query: { since } });
  await back.next('caughtUp');
  expect(back.connected.data.resumed).toBe(true);
  const again = await after.backend.say(chatId, { id: 'c' });
  expect(again).toMatchObject({ duplicate: true, event_id: missed.at(-1).event_id });
  const last = await after.backend.say(chatId, { id: 'd' });
  await back.next(({ event_id: id }) => id === last.event_id);
  expect(back.all('messageAdded').map(({ event_id: id }) => id)).toEqual(
    [...missed, last].map(({ event_id: id }) => id),
  );
}, 120_000);
