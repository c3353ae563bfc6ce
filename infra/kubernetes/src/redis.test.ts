/** The small site's Redis as its manifests start it, with the apps and their secrets of the dev overlay. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort, findRedisProgram, startCluster } from '@switchboard/testkit';
import { beforeAll, expect, test } from 'vitest';
import { fetchTimeoutMs, ofKind, prepare, render, type Manifest } from './render.ts';
import { environmentOf, roleOf } from './settings.ts';

beforeAll(prepare, fetchTimeoutMs);

const textsOf = (manifests: readonly Manifest[], kind: string, name: string) =>
  ofKind(manifests, kind).find(({ metadata }) => metadata.name.startsWith(name))!['data'] as Record<
    string,
    string
  >;

test('the apps of the dev overlay work with its Redis, its users and its settings', async () => {
  const manifests = await render('dev');
  const [{ spec: set }] = ofKind(manifests, 'StatefulSet') as [Manifest];
  const { initContainers, containers } = set.template.spec;
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-redis-'));
  /** The container's folders, here. */
  const moved = (text: string) =>
    text.replaceAll(/\/(shipped|etc\/redis|data)\b/gu, (_all, name) => join(folder, name));
  for (const name of ['/shipped', '/etc/redis', '/data']) {
    await mkdir(moved(name), { recursive: true });
  }
  for (const [name, text] of Object.entries(textsOf(manifests, 'ConfigMap', 'switchboard-redis'))) {
    await writeFile(join(moved('/shipped'), name), moved(text));
  }
  const passwords = Object.entries(textsOf(manifests, 'Secret', 'switchboard-redis')).map(
    ([name, value]) => [name, Buffer.from(value, 'base64').toString()],
  );
  const env = { ...process.env, ...Object.fromEntries(passwords) };
  await promisify(execFile)('sh', ['-euc', moved(initContainers[0].args[0])], { env });

  const port = await findFreePort();
  const server = await findRedisProgram();
  const args = [...containers[0].command.slice(1), ...containers[0].args].map(moved);
  const redis = spawn(server.path, [...args, '--port', String(port), '--bind', '127.0.0.1'], {
    env: { ...process.env, ...server.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(redis, 'exit');
  try {
    for await (const line of redis.stdout) if (/Ready to accept/u.test(String(line))) break;
    const envOf = Object.fromEntries(
      ofKind(manifests, 'Deployment').map((deployment) => {
        const url = environmentOf(deployment, manifests).get('REDIS_URL') ?? '';
        const here = url.replace('switchboard-redis:6379', `127.0.0.1:${port}`);
        return [`${roleOf(deployment)}-1`, { REDIS_URL: here }];
      }),
    );
    const redisUrl = `redis://127.0.0.1:${port}`;
    const cluster = await startCluster({ edges: 1, redisUrl, keyPrefix: 'sb:', envOf });
    try {
      const response = await fetch(`${cluster.ingress.url}/message`, {
        method: 'POST',
        headers: { 'api-token': cluster.apiToken, 'content-type': 'application/json' },
        body: JSON.stringify({ id: 'm', chat_id: 'c', type: 'bot', text: 'Hello' }),
      });
      expect(response.status).toBe(200);
    } finally {
      await cluster.stop();
    }
  } finally {
    redis.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
