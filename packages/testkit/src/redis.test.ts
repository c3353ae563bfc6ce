import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { findRedis, startRedis, type Redis } from './redis.ts';

const started: Redis[] = [];
afterEach(async () => {
  for (const redis of started.splice(0)) await redis.stop();
});

const start = async (...options: Parameters<typeof startRedis>) => {
  const redis = await startRedis(...options);
  started.push(redis);
  return redis;
};

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('startRedis', () => {
  test('gives an empty server that keeps nothing on disk', async () => {
    const client = (await start()).client();
    expect(await client.dbsize()).toBe(0);
    expect(await client.config('GET', 'save')).toEqual(['save', '']);
    expect(await client.config('GET', 'appendonly')).toEqual(['appendonly', 'no']);
    expect(await client.config('GET', 'bind')).toEqual(['bind', '127.0.0.1']);
  });

  test('lets arguments override the defaults', async () => {
    const redis = await start({ args: ['--appendonly', 'yes', '--maxmemory', '5mb'] });
    expect(await redis.client().config('GET', 'appendonly')).toEqual(['appendonly', 'yes']);
  });

  test('gives each caller a server of its own', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    await one.client().set('key', 'value');
    expect(await other.client().get('key')).toBeNull();
  });

  test('stop leaves neither process nor folder', async () => {
    const redis = await start();
    const [, folder] = (await redis.client().config('GET', 'dir')) as [string, string];
    expect(existsSync(folder)).toBe(true);
    await redis.stop();
    expect(isAlive(redis.pid!)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  test('kill ends the server, and stop still cleans up', async () => {
    const redis = await start();
    await redis.kill();
    await redis.exited;
    expect(isAlive(redis.pid!)).toBe(false);
    await redis.stop();
  });
});

describe('findRedis', () => {
  test('takes the server at REDIS_URL and leaves it alone', async () => {
    const redis = await findRedis();
    expect(redis.url).toBe(inject('redisUrl'));
    expect(await redis.client().ping()).toBe('PONG');
    await redis.stop();
    const again = await findRedis();
    expect(await again.client().ping()).toBe('PONG');
    await expect(again.kill()).rejects.toThrow('not ours');
    await again.stop();
  });
});

test('a server at REDIS_URL that does not answer is an error at once, without its password', async () => {
  vi.stubEnv('REDIS_URL', 'redis://user:hunter2@127.0.0.1:1');
  const error = (await findRedis().catch((reason: unknown) => reason)) as Error;
  vi.unstubAllEnvs();
  expect(error.message).toMatch(/^REDIS_URL names a server at 127\.0\.0\.1:1 .*ECONNREFUSED/);
  expect(error.message).not.toContain('hunter2');
});

describe('when the process that started a server is killed', () => {
  const startElsewhere = async () => {
    const script = `
      import { startRedis } from '@switchboard/testkit';
      const redis = await startRedis();
      const [, folder] = await redis.client().config('GET', 'dir');
      console.log(JSON.stringify({ pid: redis.pid, folder }));`;
    const child = spawn(
      process.execPath,
      ['--conditions=source', '--input-type=module', '--eval', script],
      {
        cwd: dirname(import.meta.dirname),
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const line = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data) => resolve(String(data))),
    );
    return { starter: child, ...(JSON.parse(line) as { pid: number; folder: string }) };
  };

  test.each([
    ['the server and its folder go', undefined],
    ['even a frozen server goes', 'SIGSTOP'],
    ['the folder goes when the server died before', 'SIGKILL'],
  ] as const)('%s', async (_name, signal) => {
    const { starter, pid, folder } = await startElsewhere();
    if (signal !== undefined) process.kill(pid, signal);
    starter.kill('SIGKILL');
    await vi.waitFor(
      () =>
        expect({ alive: isAlive(pid), folder: existsSync(folder) }).toEqual({
          alive: false,
          folder: false,
        }),
      { timeout: 10_000, interval: 50 },
    );
  });
});
