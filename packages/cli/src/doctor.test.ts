/** A healthy cluster is all green; then one thing after the other is set wrong, and each is found. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { findFreePort, openChat, startRedis } from '@switchboard/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runCli, settingsOf } from './test/cli-under-test.ts';
import { startGuardedCluster, type GuardedCluster } from './test/guarded-cluster.ts';
import { startRelay } from './test/relay.ts';

let site: GuardedCluster;
let host: string;

beforeAll(async () => {
  site = await startGuardedCluster({
    env: { SOCKET_IDLE_TIMEOUT_MS: '8000', DRAIN_WAIT_MS: '4000', DRAIN_WINDOW_MS: '0' },
    shutdownTimeoutMs: 10_000,
    clockOffsetsMs: { 'edge-3': 300_000 },
  });
  await everyEdgeIsReady();
  host = await mkdtemp(join(tmpdir(), 'switchboard-host-'));
  await writeHost('proc/sys/vm/overcommit_memory', '1\n');
  await writeHost('proc/sys/net/core/somaxconn', '4096\n');
  await writeHost('sys/kernel/mm/transparent_hugepage/enabled', 'always [madvise] never\n');
});
afterAll(async () => {
  // What they would do in order takes its time, and is nobody's concern here.
  for (const edge of site?.cluster.edges ?? []) edge.kill();
  await site?.stop();
  if (host) await rm(host, { recursive: true, force: true });
});

const writeHost = async (path: string, text: string) => {
  await mkdir(dirname(join(host, path)), { recursive: true });
  await writeFile(join(host, path), text);
};

interface Check {
  readonly id: string;
  readonly status: string;
  readonly saw: string;
  readonly change?: string;
  readonly link: string;
}

const documented = readFileSync(
  fileURLToPath(new URL('../../../docs/operations.md', import.meta.url)),
  'utf8',
);

const doctor = async (args: readonly string[] = []) => {
  const settings = [...settingsOf(site.cluster), '--redis-url', site.urlOf('admin')];
  const ran = await runCli([...settings, 'doctor', '--host-root', host, '--json', ...args]);
  const { checks } = JSON.parse(ran.out) as { checks: Check[] };
  return { ...ran, checks };
};
/** An edge tells its state with every renewal of its lease. */
const everyEdgeIsReady = () =>
  vi.waitFor(
    async () => {
      const { out } = await runCli([...settingsOf(site.cluster), 'nodes', '--json']);
      expect(out).not.toContain('"starting"');
    },
    { timeout: 20_000, interval: 200 },
  );

/** Without a socket, which takes until the edge's ping. */
const quickDoctor = (args: readonly string[] = []) => doctor(['--auth-secret', '', ...args]);

const privatePorts = () => [
  '--private',
  ...[site.cluster.ingress, ...site.cluster.edges].map(({ privateUrl }) => privateUrl),
];

/** How late things are depends on what else the machine does meanwhile: any may warn. */
const loads = new Set(['lag', 'redis-latency']);
const unwell = (checks: readonly Check[]) =>
  checks.filter(({ id, status }) => ['warn', 'fail'].includes(status) && !loads.has(id));

/** That it is found, and that nothing else is. */
const expectFound = async (
  [id, status, saw]: readonly [id: string, status: string, saw: RegExp],
  args: readonly string[] = [],
  look = quickDoctor,
) => {
  const { checks, exitCode } = await look(args);
  const found = unwell(checks);
  expect(found.map((check) => [check.id, check.status])).toEqual([[id, status]]);
  expect(found[0]?.saw).toMatch(saw);
  expect(found[0]?.change).toBeTruthy();
  expect(documented).toContain(`### ${id}\n`);
  expect(exitCode).toBe(status === 'fail' ? 1 : 0);
};

test('a healthy cluster is all green', async () => {
  const flags = ['--edges', '2', '--files', '1024'];
  const { checks, exitCode, error } = await doctor([...flags, ...privatePorts()]);
  expect(checks.filter(({ status }) => status === 'skip')).toEqual([]);
  expect(unwell(checks)).toEqual([]);
  expect(checks.length).toBeGreaterThan(25);
  expect([exitCode, error]).toEqual([0, '']);
  for (const { id, link } of checks) {
    expect(documented).toContain(`### ${id}\n`);
    expect(link).toBe(`docs/operations.md#${id}`);
  }
});

describe('in Redis it finds', () => {
  test.each([
    ['maxmemory', '0', ['maxmemory', 'warn', /no maxmemory/u]],
    ['maxmemory-policy', 'allkeys-lru', ['maxmemory-policy', 'fail', /allkeys-lru/u]],
    ['appendonly', 'no', ['appendonly', 'fail', /appendonly no/u]],
    ['appendfsync', 'no', ['appendfsync', 'fail', /appendfsync no/u]],
    [
      'client-output-buffer-limit',
      'pubsub 33554432 8388608 60',
      ['client-output-buffer-limit', 'warn', /32 MiB hard, 8 MiB for 60 s/u],
    ],
    ['timeout', '300', ['timeout', 'fail', /timeout 300/u]],
    ['tcp-keepalive', '0', ['tcp-keepalive', 'warn', /0 s/u]],
    ['min-replicas-to-write', '1', ['min-replicas-to-write', 'fail', /0 replicas, 1 needed/u]],
  ] as const)('%s %s', async (name, value, expected) => {
    const [, before = ''] = await site.admin.config('GET', name);
    await site.admin.config('SET', name, value);
    try {
      await expectFound(expected);
    } finally {
      await site.admin.config('SET', name, before);
    }
  });

  test('a replica that the primary does without', async () => {
    const primary = ['--replicaof', '127.0.0.1', String(site.redis.port)];
    const access = ['--masteruser', 'admin', '--masterauth', site.password];
    const replica = await startRedis({ args: [...primary, ...access] });
    const replicas = async () => (await site.admin.info('replication')).match(/state=online/gu);
    await expect.poll(replicas, { timeout: 10_000 }).toHaveLength(1);
    await expectFound(['min-replicas-to-write', 'warn', /1 replicas, min-replicas-to-write 0/u]);
    await replica.stop();
  });

  test('a command that a role lacks, a role that is missing, and an open door', async () => {
    await site.admin.call('ACL', 'SETUSER', 'ingress', '-spublish');
    await expectFound(['acl', 'fail', /^ingress may not spublish$/u]);
    await site.admin.call('ACL', 'SETUSER', 'ingress', '+spublish', 'resetchannels');
    await expectFound(['acl', 'fail', /ingress may not spublish, ingress may not ssubscribe/u]);
    await site.admin.call('ACL', 'SETUSER', 'ingress', '&sb:*');
    const operator = (await site.admin.call('ACL', 'LIST')) as string[];
    const rules = operator
      .find((line) => line.startsWith('user operator'))!
      .split(' ')
      .slice(2);
    await site.admin.call('ACL', 'DELUSER', 'operator');
    await expectFound(['acl', 'warn', /no user "operator"/u]);
    await site.admin.call('ACL', 'SETUSER', 'operator', ...rules);
    await site.admin.call('ACL', 'SETUSER', 'default', '+@all', '~*');
    await expectFound(['default-user', 'warn', /anybody/u]);
    await site.admin.call('ACL', 'SETUSER', 'default', 'resetkeys', '-@all', '+ping', '+info');
  });

  test('other partitions, another layout, another prefix', async () => {
    await expectFound(
      ['partitions', 'fail', /16 partitions, PARTITIONS here is 8/u],
      ['--partitions', '8'],
    );
    const { checks } = await quickDoctor(['--key-prefix', 'other:']);
    expect(checks).toContainEqual(
      expect.objectContaining({
        id: 'partitions',
        status: 'fail',
        saw: 'no deployment under the prefix other:',
      }),
    );
    await site.admin.hset('sb:{ctl}:cluster', 'layout', '0');
    await expectFound(['layout', 'fail', /layout 0/u]);
    await site.admin.hset('sb:{ctl}:cluster', 'layout', '1');
  });

  test('nothing that this user may not see, and says so', async () => {
    const { checks } = await quickDoctor(['--redis-url', site.urlOf('operator')]);
    const skipped = checks.filter(({ status }) => status === 'skip').map(({ id }) => id);
    expect(skipped).toEqual(expect.arrayContaining(['maxmemory-policy', 'acl']));
    expect(unwell(checks)).toEqual([]);
  });

  test('no Redis at all, without its password in the answer', async () => {
    const url = `redis://edge:${site.password}@127.0.0.1:9`;
    const { checks, exitCode, out } = await quickDoctor(['--redis-url', url]);
    expect(checks[0]).toMatchObject({ id: 'redis', status: 'fail' });
    expect([exitCode, out.includes(site.password)]).toEqual([1, false]);
  });
});

describe('in the processes it finds', () => {
  test('a wrong API token, no ingress, and too few edges', async () => {
    await expectFound(['api-token', 'fail', /401/u], ['--api-token', 'wrong']);
    await expectFound(['ingress', 'fail', /Nothing answers/u], ['--url', 'http://127.0.0.1:9']);
    await expectFound(['edges', 'fail', /2 edges live, 3 expected/u], ['--edges', '3']);
  });

  test('few open files, and a process that is not there', async () => {
    const port = await findFreePort();
    const small = spawnSmallEdge(port);
    const url = `http://127.0.0.1:${port}`;
    const ready = () =>
      fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(ready, { timeout: 20_000 }).toBe(true);
    await everyEdgeIsReady();
    await expectFound(
      ['open-files', 'warn', /^1000 open files at/u],
      ['--files', '1024', '--private', url],
    );
    small.kill('SIGKILL');
    await expectFound(
      ['processes', 'fail', /does not answer/u],
      ['--private', 'http://127.0.0.1:9'],
    );
  });

  const spawnSmallEdge = (privatePort: number) => {
    const command = `ulimit -n 1000 && exec "${process.execPath}" --conditions=source src/main.ts`;
    return spawn('sh', ['-c', command], {
      cwd: fileURLToPath(new URL('../../../apps/edge', import.meta.url)),
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        REDIS_URL: site.urlOf('edge'),
        KEY_PREFIX: 'sb:',
        AUTH_SECRET: site.cluster.authSecret,
        HOST: '127.0.0.1',
        PORT: '0',
        PRIVATE_PORT: String(privatePort),
      },
      stdio: 'ignore',
    });
  };
});

describe('on the way through a balancer it finds', () => {
  const socketDoctor = (args: readonly string[] = []) => doctor(args);

  test('another secret, a balancer that does not upgrade, one that cuts the quiet', async () => {
    const wrong = ['--auth-secret', 'x'.repeat(40)];
    await expectFound(['upgrade', 'fail', /401/u], wrong, socketDoctor);
    const plain = createServer((_request, response) => response.end('no upgrade here'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const url = `ws://127.0.0.1:${(plain.address() as AddressInfo).port}`;
    await expectFound(
      ['upgrade', 'fail', /refused the upgrade: 200/u],
      ['--socket-url', url],
      socketDoctor,
    );
    plain.close();
    const relay = await startRelay([site.cluster.edges[0]!.url], { idleMs: 500 });
    // An edge counts in steps of 4 s: its ping may happen to come before the cut.
    const looksAgain = { timeout: 30_000, interval: 0 };
    await vi.waitFor(
      () =>
        expectFound(
          ['idle-timeout', 'fail', /cut with 1006 after/u],
          ['--socket-url', relay.url],
          socketDoctor,
        ),
      looksAgain,
    );
    relay.close();
  }, 60_000);
});

test('in the kernel it finds huge pages, overcommit and a short queue', async () => {
  await writeHost('sys/kernel/mm/transparent_hugepage/enabled', '[always] madvise never\n');
  await writeHost('proc/sys/vm/overcommit_memory', '0\n');
  await writeHost('proc/sys/net/core/somaxconn', '128\n');
  const { checks, exitCode } = await quickDoctor();
  const found = checks.filter(({ status }) => status === 'warn').map(({ id }) => id);
  expect(found).toEqual(
    expect.arrayContaining(['transparent-hugepages', 'overcommit-memory', 'somaxconn']),
  );
  expect(exitCode).toBe(0);
  expect((await quickDoctor(['--strict'])).exitCode).toBe(1);
});

test('for people it writes a line for each, what to change and where it is told', async () => {
  const settings = [...settingsOf(site.cluster), '--redis-url', site.urlOf('admin')];
  const args = ['doctor', '--no-host', '--partitions', '8', '--auth-secret', ''];
  const { out } = await runCli([...settings, ...args], { hasColors: true });
  expect(out).toContain(`${styleText('red', 'fail', { validateStream: false })}  partitions`);
  expect(out).toContain('      Set PARTITIONS=16');
  expect(out).toContain('docs/operations.md#partitions');
  expect(out).toMatch(/\n\d+ ok, \d+ warnings, 1 faults, \d+ not seen\n$/u);
});

test('another version behind a private port that is named', async () => {
  const health = { ready: true, reasons: [], clock_offset_ms: 0, version: '0.0.8' };
  const other = createServer((_request, response) => response.end(JSON.stringify(health)));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const { version } = (await (await fetch(`${site.cluster.ingress.url}/health/ready`)).json()) as {
    version: string;
  };
  const versions = async (args: readonly string[]) =>
    (await quickDoctor(args)).checks.find(({ id }) => id === 'versions');
  const here = `edges ${version}, ingresses ${version}`;
  expect(await versions([])).toMatchObject({ status: 'ok', saw: here });
  expect(await versions(['--private', url])).toMatchObject({
    status: 'warn',
    saw: `${here}, private ports 0.0.8`,
  });
  other.close();
});

test('a clock that is off, a proxy that is not believed, another version, and a drain', async () => {
  const edge = await site.cluster.addEdge();
  await everyEdgeIsReady();
  const files = ['--no-host', '--files', '1024'];
  await expectFound(
    ['clocks', 'fail', /^(?:299|30\d)\d{3} ms/u],
    [...files, '--private', edge.privateUrl],
  );
  const headers = { 'x-forwarded-for': '203.0.113.5' };
  await expect(openChat({ url: edge.url, headers, token: 'none' })).rejects.toThrow(/401/u);
  await expect
    .poll(async () => (await quickDoctor()).checks.find(({ id }) => id === 'forwarded-for'), {
      timeout: 10_000,
    })
    .toMatchObject({ status: 'warn', saw: expect.stringMatching(/^1 connects had/u) });
  const nodes = JSON.parse((await runCli([...settingsOf(site.cluster), 'nodes', '--json'])).out);
  const { id } = nodes.find(({ address }: { address: string }) => edge.url.endsWith(address));
  // The edge writes its own again within three seconds: until it has been seen.
  await expect
    .poll(
      async () => {
        await site.admin.hset(`sb:{ctl}:node:${id}`, 'version', '0.0.9');
        return (await quickDoctor()).checks.find((check) => check.id === 'versions');
      },
      { timeout: 10_000 },
    )
    .toMatchObject({ status: 'warn', saw: expect.stringContaining('0.0.9') });
  await runCli([...settingsOf(site.cluster), 'drain', id]);
  await expect
    .poll(async () => (await quickDoctor()).checks.find((check) => check.id === 'edge-states'), {
      timeout: 10_000,
    })
    .toMatchObject({ status: 'warn', saw: `${id} draining` });
}, 60_000);
