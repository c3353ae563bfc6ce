import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findExecutable } from './executable.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Looks for a server on a machine that has only what `env` says. */
const find = (env: Record<string, string>) => {
  const script = `
    import { findRedisServer } from '@switchboard/testkit';
    console.log(JSON.stringify(await findRedisServer((line) => console.error(line)).catch((error) => error.message)));`;
  const { stdout } = spawnSync(
    process.execPath,
    ['--conditions=source', '--input-type=module', '--eval', script],
    {
      cwd: dirname(import.meta.dirname),
      env: { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), ...env },
      encoding: 'utf8',
    },
  );
  return JSON.parse(stdout) as unknown;
};

const fakeServer = (name: string, version: string) => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho "Redis server v=${version} sha=0"\n`);
  chmodSync(path, 0o755);
  return path;
};

/** apt as on a machine without a network: no sources, no lists. */
const barrenApt = () => {
  const config = join(folder, 'apt.conf');
  writeFileSync(
    config,
    `Dir::Etc "${folder}/none";\nDir::State "${folder}/state";\nDir::Cache "${folder}/apt-cache";\n`,
  );
  return config;
};

test('a server on the PATH is taken', () => {
  const path = fakeServer('valkey-server', '8.0.1');
  expect(find({ PATH: folder })).toMatchObject({ kind: 'executable', path });
});

test('without any way there is one error that names them all, also for a server that is too old', () => {
  fakeServer('redis-server', '6.0.16');
  const message = find({ PATH: folder, DOCKER_HOST: 'tcp://127.0.0.1:1', APT_CONFIG: barrenApt() });
  expect(message).toMatch(/^No Redis or Valkey server found\. Any one of these will do:\n/);
  expect(message).toContain('1. REDIS_URL=');
  expect(message).toMatch(/2\. redis-server or valkey-server .* is too old/);
  expect(message).toContain('3. a running Docker engine');
  expect(message).toMatch(/4\. the package manager .*; type: /);
});

test('only programs that may run are found, the first folder first', async () => {
  writeFileSync(join(folder, 'redis-server'), '');
  expect(await findExecutable(['redis-server'], [folder])).toBeUndefined();
  const path = fakeServer('redis-server', '7.0.0');
  expect(await findExecutable(['redis-server'], ['/nowhere', folder])).toBe(path);
});
