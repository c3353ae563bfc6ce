/**
 * Which Redis or Valkey server can run here. Order: on the PATH, a Docker engine, the system's package
 * manager. (`REDIS_URL` comes before all of them, see `findRedis`.)
 */
import { findExecutable, runSystemProgram } from './executable.ts';
import { findDockerEngine } from './containers/redis-container.ts';
import { installCommand, unpackRedisPackage } from './redis-package.ts';
import type { UnpackedProgram } from './unpack-package.ts';

/** How to run a server. */
export type RedisServer =
  | { kind: 'executable'; path: string; env: Readonly<Record<string, string>>; origin: string }
  | { kind: 'container'; origin: string };

type Say = (line: string) => void;

/** The first way that works; rejects with one error that names all ways and why each did not work. */
export const findRedisServer = async (say: Say = () => {}): Promise<RedisServer> => {
  const onPath = await findOnPath().catch(asReason);
  if (!(onPath instanceof Error)) return onPath;
  say(`${onPath.message}; looking for a Docker engine`);
  const docker = await findDockerEngine().catch(asReason);
  if (!(docker instanceof Error)) return { kind: 'container', origin: docker };
  say('No Docker engine; trying the package manager');
  const unpacked = await unpackRedisPackage(say).then(usable).catch(asReason);
  if (!(unpacked instanceof Error)) return unpacked;
  throw new Error(noWayFound([onPath, docker, unpacked], await installCommand()));
};

/** A program to run, for those who need several servers that know each other: never a container. */
export const findRedisProgram = async (say: Say = () => {}): Promise<Program> =>
  findOnPath().catch(() => unpackRedisPackage(say).then(usable));

type Program = Extract<RedisServer, { kind: 'executable' }>;

const findOnPath = async (): Promise<Program> => {
  const path = await findExecutable(['redis-server', 'valkey-server']);
  if (path === undefined) throw new Error('no redis-server or valkey-server on the PATH');
  return usable({ path, env: {} });
};

/** Sharded pub/sub came with Redis 7.0; every Valkey has it. */
const usable = async (server: UnpackedProgram): Promise<Program> => {
  const text = await runSystemProgram(server.path, ['--version'], { env: server.env });
  const major = Number(/\bv=(\d+)/.exec(text)?.[1]);
  if (major >= 7) return { kind: 'executable', ...server, origin: server.path };
  throw new Error(`${server.path} is too old (${text.trim().slice(0, 40)}…), 7.0 is needed`);
};

const noWayFound = ([path, docker, apt]: [Error, Error, Error], command: string): string =>
  [
    'No Redis or Valkey server found. Any one of these will do:',
    '  1. REDIS_URL=redis://host:port in the environment (not set)',
    `  2. redis-server or valkey-server of at least 7.0 on the PATH (${firstLine(path)})`,
    `  3. a running Docker engine (${firstLine(docker)})`,
    `  4. the package manager (${firstLine(apt)}); type: ${command}`,
  ].join('\n');

const asReason = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));

const firstLine = (error: Error): string => error.message.trim().split('\n').at(-1) ?? '';
