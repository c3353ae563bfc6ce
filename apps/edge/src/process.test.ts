/** The edge as a process: its configuration, its private port, and Redis going away. */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  openChat,
  startCluster,
  startRedis,
  UpgradeRefused,
  type Cluster,
} from '@switchboard/testkit';
import { exportJWK, SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { settled, startEdges, type EdgesUnderTest } from './test/edges-under-test.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const start = async (env: Record<string, string>, redisUrl?: string): Promise<EdgesUnderTest> => {
  const edges = await startEdges({ env, ...(redisUrl !== undefined && { redisUrl }) });
  cleanUps.push(() => edges.stop());
  return edges;
};

const failure = async (env: Record<string, string>): Promise<string> => {
  try {
    const cluster: Cluster = await startCluster({ edges: 1, ingresses: 0, env });
    await cluster.stop();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it started');
};

describe('a wrong setting', () => {
  it.each([
    [{ PARTITIONS: '0' }, 'configuration: PARTITIONS="0": must be a whole number from 1 to 1024'],
    [
      { AUTH_SECRET: 'short' },
      'configuration: AUTH_SECRET=[redacted]: must have at least 32 characters',
    ],
    [
      { AUTH_SECRET: '' },
      'configuration: one of AUTH_SECRET, AUTH_KEYS and AUTH_JWKS_URL is required',
    ],
    [{ AUTH_KEYS: '{"keys":[{"kty":"EC"}]}' }, 'configuration: AUTH_KEYS: key 1 cannot be used'],
    [
      { SOCKET_IDLE_TIMEOUT_MS: '7999' },
      'configuration: SOCKET_IDLE_TIMEOUT_MS="7999": must be a whole number from 8000 to 960000',
    ],
    [
      { BASE_PATH: 'support/' },
      'configuration: BASE_PATH="support/": must start with a slash and not end with one',
    ],
  ])('%o is named, and the process does not start', async (env, line) => {
    expect(await failure(env)).toContain(line);
  });
});

describe('the public port', () => {
  it('is not shared with another process', async () => {
    const edges = await start({});
    const { redisUrl, keyPrefix, authSecret } = edges.cluster;
    const second = spawn(
      process.execPath,
      ['--conditions=source', join(import.meta.dirname, 'main.ts')],
      {
        env: {
          ...process.env,
          REDIS_URL: redisUrl,
          KEY_PREFIX: keyPrefix,
          AUTH_SECRET: authSecret,
          HOST: '127.0.0.1',
          PORT: new URL(edges.url()).port,
          PRIVATE_PORT: '0',
        },
        stdio: 'ignore',
      },
    );
    cleanUps.push(() => second.kill('SIGKILL'));
    const [code] = (await once(second, 'exit')) as [number | null];
    expect(code).toBe(1);
  });
});

describe('the private port', () => {
  it('tells health and counts what comes and goes', async () => {
    const edges = await start({});
    const { privateUrl } = edges.cluster.edges[0]!;
    const ann = await edges.client('ann', 'chat');
    const bob = await edges.client('bob', 'chat');
    ann.sendFrame('sendMessage', { text: 'x' });
    ann.sendRaw('nonsense');
    await bob.next('messageAdded');
    await settled(ann);
    await bob.close();
    await delay(20);
    expect(await (await fetch(`${privateUrl}/health/live`)).json()).toEqual({ live: true });
    const health = await (await fetch(`${privateUrl}/health/ready`)).json();
    expect(health).toMatchObject({ ready: true, reasons: [] });
    const metrics = await (await fetch(`${privateUrl}/metrics`)).text();
    for (const line of [
      'switchboard_edge_sockets{socket="chat"} 1',
      'switchboard_edge_sockets{socket="broadcast"} 0',
      'switchboard_edge_rooms 1',
      'switchboard_edge_events_received_total{event="messageAdded"} 1',
      'switchboard_edge_events_sent_total{event="messageAdded"} 2',
      'switchboard_edge_frames_received_total{event="sendMessage"} 1',
      'switchboard_edge_frames_refused_total{code="malformed"} 1',
      'switchboard_edge_sockets_closed_total{code="1000"} 1',
    ]) {
      expect(metrics).toContain(`${line}\n`);
    }
    expect(metrics).toContain('nodejs_eventloop_lag');
  });
});

describe('keys from a JWKS', () => {
  it('are fetched, and a new one is taken without a restart', async () => {
    const [first, second] = [
      generateKeyPairSync('ed25519'),
      generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ];
    const keys = [{ ...(await exportJWK(first.publicKey)), kid: 'first' }];
    const server = await serve(() => JSON.stringify({ keys }));
    cleanUps.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const edges = await start({
      AUTH_SECRET: '',
      AUTH_JWKS_URL: `http://127.0.0.1:${port}/`,
      AUTH_JWKS_REFRESH_MS: '1000',
    });
    const token = (alg: string, kid: string, key: typeof first.privateKey) =>
      new SignJWT({ sub: 'u', role: 'client', chat_id: 'c' })
        .setProtectedHeader({ alg, kid })
        .setExpirationTime('1h')
        .sign(key);
    const open = async (credential: string) => {
      const socket = await openChat({ url: edges.url(), token: credential });
      await socket.next('connected');
      await socket.close();
    };
    await open(await token('EdDSA', 'first', first.privateKey));
    const rotated = await token('RS256', 'second', second.privateKey);
    await expect(open(rotated)).rejects.toThrow(UpgradeRefused);
    keys.push({ ...(await exportJWK(second.publicKey)), kid: 'second' });
    await expect
      .poll(
        () =>
          open(rotated).then(
            () => true,
            () => false,
          ),
        { timeout: 5_000 },
      )
      .toBe(true);
  });

  const serve = (body: () => string) =>
    new Promise<Server>((resolve) => {
      const server = createServer((_request, response) => response.end(body()));
      server.listen(0, '127.0.0.1', () => resolve(server));
    });
});

describe('limits of connects', () => {
  it('above SOCKETS_MAX answers 503 with Retry-After, until one has gone', async () => {
    const edges = await start({ SOCKETS_MAX: '1' });
    const socket = await edges.client('ann', 'chat');
    const refused = await edges.client('bob', 'chat').catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    await socket.close();
    await delay(20);
    const next = await edges.client('bob', 'chat');
    await next.close();
  });

  it('above CONNECTS_MAX_PER_SECOND answers 429 with Retry-After', async () => {
    const edges = await start({ CONNECTS_MAX_PER_SECOND: '2' });
    const token = await edges.token({ sub: 'u', role: 'client', chat_id: 'c' });
    const open = () => openChat({ url: edges.url(), token }).catch((error: unknown) => error);
    const answers = await Promise.all(Array.from({ length: 8 }, open));
    const limited = answers.filter((answer) => answer instanceof UpgradeRefused);
    // The eight may fall into two seconds.
    expect(limited.length).toBeGreaterThanOrEqual(4);
    expect(limited[0]).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
  });
});

describe('while Redis is away', () => {
  it('sockets stay, commands are answered unavailable, new sockets 503; afterwards all goes on', async () => {
    const redis = await startRedis();
    cleanUps.push(() => redis.stop());
    const edges = await start({ APPEND_TIMEOUT_MS: '500' }, redis.url);
    const { privateUrl } = edges.cluster.edges[0]!;
    const ann = await edges.client('ann', 'chat');
    const bob = await edges.client('bob', 'chat');
    await redis.kill('SIGSTOP');
    ann.sendFrame('sendMessage', { text: 'lost?', client_message_id: 'c1' }, 'r1');
    const answer = await ann.next('messageNotAdded', 10_000);
    expect(answer).toMatchObject({
      request_id: 'r1',
      data: { code: 'unavailable', retryable: true },
    });
    await expect
      .poll(async () => (await fetch(`${privateUrl}/health/ready`)).status, { timeout: 8_000 })
      .toBe(503);
    const refused = await edges
      .client('eve', 'chat')
      .catch((error: unknown) => error as UpgradeRefused);
    expect(refused).toMatchObject({ status: 503 });
    await redis.kill('SIGCONT');
    await expect
      .poll(async () => (await fetch(`${privateUrl}/health/ready`)).status, { timeout: 8_000 })
      .toBe(200);
    ann.sendFrame('sendMessage', { text: 'lost?', client_message_id: 'c1' }, 'r2');
    await ann.next((frame) => frame.request_id === 'r2', 8_000);
    await bob.next('messageAdded');
    await settled(bob);
    expect(bob.all('messageAdded')).toHaveLength(1);
  }, 40_000);
});
