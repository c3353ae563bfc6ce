import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis, mintToken, openChat } from '@switchboard/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  launch,
  launcherAlone,
  launchReady,
  npmStart,
  repository,
  type Launch,
} from './launcher.fixture.ts';

const stopLimitMs = 5000;

const launches: Launch[] = [];
const ready = async (...parameters: Parameters<typeof launchReady>) => {
  const launched = await launchReady(...parameters);
  launches.push(launched);
  return launched;
};

afterEach(async () => {
  await Promise.all(launches.splice(0).map((launched) => launched.cleanUp()));
});

const isReady = async (url: string) => (await fetch(`${url}/health/ready`)).status === 200;

const expectNothingLeft = async (launched: Launch, since: number) => {
  await vi.waitFor(() => expect(launched.leftovers()).toEqual([]), {
    timeout: 15_000,
    interval: 50,
  });
  expect(performance.now() - since).toBeLessThan(stopLimitMs);
};

describe('npm start -- --json', () => {
  test('prints exactly one line on stdout, and what it says is true', async () => {
    const {
      ready: line,
      stdout,
      pids,
    } = await ready(npmStart, ['--edges', '3']).then((all) => ({
      ...all,
      pids: all.ready.pids,
    }));
    expect(stdout()).toMatch(/^\{"ready":true,.*\}\n$/);
    expect(line.edges).toHaveLength(3);
    expect(await isReady(line.ingress)).toBe(true);
    for (const pid of [...pids.edges, ...pids.ingress, pids.redis!]) process.kill(pid, 0);
    const token = await mintToken(line.auth_secret, { sub: 'u1', role: 'client', chat_id: 'c1' });
    for (const url of line.edges) await (await openChat({ url, token })).next('connected');
    const response = await fetch(`${line.ingress}/online-users`, {
      headers: { 'Api-Token': line.api_token },
    });
    expect(response.status).toBe(200);
  });

  test('a second one beside it takes other ports, and neither minds the other', async () => {
    const [one, other] = await Promise.all([
      ready(npmStart, ['--edges', '1']),
      ready(npmStart, ['--edges', '1']),
    ]);
    const urls = [one, other].flatMap(({ ready: line }) => [
      line.ingress,
      ...line.edges,
      line.redis,
    ]);
    expect(new Set(urls).size).toBe(urls.length);
    one.child.kill('SIGTERM');
    await one.ended;
    expect(await isReady(other.ready.ingress)).toBe(true);
  });

  test('a port that is asked for and taken is stepped over', async () => {
    const { ready: first } = await ready(launcherAlone, ['--edges', '1']);
    const port = new URL(first.ingress).port;
    const { ready: second } = await ready(launcherAlone, ['--edges', '1', '--port', port]);
    expect(Number(new URL(second.ingress).port)).toBeGreaterThan(Number(port));
  });

  test('the server at REDIS_URL is used and left alone', async () => {
    const redisUrl = process.env['REDIS_URL'] ?? ''; // The test run's own.
    const env = { REDIS_URL: redisUrl, KEY_PREFIX: 'launcher-test:' };
    const { ready: line, child, ended } = await ready(launcherAlone, ['--edges', '1'], env);
    expect(line).toMatchObject({ redis: redisUrl, pids: { redis: null } });
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
    expect(await pingRedis(redisUrl)).toBe('PONG');
  });

  test('wrong options are answered with the usage', async () => {
    const launched = launch(npmStart, ['--edges', 'many']);
    launches.push(launched);
    await launched.ended;
    expect(launched.stdout()).toBe('');
    expect(launched.stderr()).toContain('--edges must be a whole number from 1 to 32, not "many"');
  });
});

describe('npm start -- --with-backend', () => {
  test('brings a backend up that decides on what is said, and learns what happened', async () => {
    const launched = await ready(launcherAlone, ['--edges', '1', '--with-backend']);
    const { edges, backend } = launched.ready;
    const get = async (path: string) => (await fetch(`${backend}/conversations/c1${path}`)).text();
    const visitor = await openChat({ url: edges[0]!, token: await get('/token') });
    await visitor.next('connected');
    const send = (text: string) =>
      visitor.sendFrame('sendMessage', { text, client_message_id: text }, text);

    send('May I have spam');
    const refused = await visitor.next('messageNotAdded');
    expect(refused.data).toMatchObject({ code: 'backend_rejected', reason: 'unwanted' });
    send('My card 4111 1111 1111 1111, are you open?');
    const added = await visitor.next('messageAdded');
    const own = { text: 'My card •••• 1111, are you open?', meta: { number: 1 } };
    expect(added.data.message).toMatchObject(own);
    const answered = await visitor.next(({ data }) => data.message?.type === 'bot');
    expect(answered.data.message).toMatchObject({ user: { name: 'Robin' }, meta: { number: 2 } });
    visitor.sendFrame('markMessageRead', { message_id: answered.data.message.id });
    await vi.waitFor(
      async () =>
        expect(JSON.parse(await get(''))).toMatchObject({
          present: [{ name: 'Ada' }],
          messages: [
            { number: 1, state: 'shown', message: own },
            { number: 2, state: 'shown', read_at: expect.any(String) },
          ],
        }),
      { timeout: 15_000, interval: 100 },
    );
    await visitor.close();

    // Nobody is left to tell the backend to end.
    const since = performance.now();
    launched.child.kill('SIGKILL');
    await expectNothingLeft(launched, since);
  });
});

describe('the end', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    '%s to npm stops everything and leaves nothing behind',
    async (signal) => {
      const launched = await ready(npmStart, ['--edges', '1']);
      const since = performance.now();
      launched.child.kill(signal);
      await expectNothingLeft(launched, since);
    },
  );

  test('Ctrl-C at the terminal, which reaches the whole process group, stops everything', async () => {
    const launched = await ready(npmStart, ['--edges', '1']);
    const since = performance.now();
    process.kill(-launched.child.pid!, 'SIGINT');
    await expectNothingLeft(launched, since);
    expect(launched.stderr()).toMatch(/Stopping\nStopped\n$/);
  });

  test('a closed terminal, which hangs up on the whole process group, stops everything', async () => {
    const launched = await ready(npmStart, ['--edges', '1']);
    const since = performance.now();
    launched.child.stdout?.destroy();
    launched.child.stderr?.destroy();
    process.kill(-launched.child.pid!, 'SIGHUP');
    await expectNothingLeft(launched, since);
  });

  test('everything stops in time when Redis died first', async () => {
    const launched = await ready(npmStart, ['--edges', '1']);
    process.kill(launched.ready.pids.redis!, 'SIGKILL');
    await vi.waitFor(() => expect(launched.stderr()).toMatch(/Redis \(pid \d+\) ended/));
    const since = performance.now();
    process.kill(-launched.child.pid!, 'SIGINT');
    await expectNothingLeft(launched, since);
  });

  test('when the launcher itself is killed, its children end by themselves', async () => {
    const launched = await ready(launcherAlone, ['--edges', '1']);
    const since = performance.now();
    launched.child.kill('SIGKILL');
    await expectNothingLeft(launched, since);
  });

  test('a request to stop during the start is obeyed', async () => {
    const launched = launch(launcherAlone, []);
    launches.push(launched);
    await vi.waitFor(() => expect(launched.stderr()).toContain('Starting 2 edges'), {
      timeout: 10_000,
      interval: 10,
    });
    const since = performance.now();
    launched.child.kill('SIGINT');
    await expectNothingLeft(launched, since);
    expect(launched.stdout()).toBe('');
  });
});

test('an edge that dies is reported and not restarted', async () => {
  const launched = await ready(launcherAlone, ['--edges', '2']);
  const [pid] = launched.ready.pids.edges as [number];
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() =>
    expect(launched.stderr()).toContain(`edge-1 (pid ${pid}) ended: SIGKILL; it is not restarted`),
  );
  const edgesLeft = launched.leftovers().filter((line) => line.includes('apps/edge/'));
  expect(edgesLeft).toHaveLength(1);
  expect(await isReady(launched.ready.ingress)).toBe(true);
});

describe('the lines to paste', () => {
  const shells: ChildProcess[] = [];
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchboard-paste-'));
  });
  afterEach(() => {
    const running = shells.splice(0).filter(({ exitCode }) => exitCode === null);
    for (const shell of running) process.kill(-shell.pid!, 'SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** Runs a line as a person would: in a shell, somewhere else. */
  const paste = (line: string) => {
    const env = { ...process.env, PATH: `${process.env['PATH']}:${curlFor(folder)}` };
    const shell = spawn('sh', ['-c', line], { cwd: folder, env, detached: true });
    shells.push(shell);
    let output = '';
    shell.stdout.on('data', (data) => (output += String(data)));
    shell.stderr.on('data', (data) => (output += String(data)));
    return { shell, output: () => output };
  };

  test('show a message travelling from curl and from the visitor to both sockets', async () => {
    const launched = launch(npmStart, []);
    launches.push(launched);
    await launched.printed(/Ctrl-C/);
    const lines = launched
      .stdout()
      .split('\n')
      .filter((line) => /socket\.ts|^curl /.test(line));
    expect(lines).toHaveLength(3);
    const [operator, visitor] = lines.slice(0, 2).map(paste) as [
      ReturnType<typeof paste>,
      ReturnType<typeof paste>,
    ];
    await vi.waitFor(
      () => expect(operator.output() + visitor.output()).toMatch(/"connected"[^]*"connected"/),
      { timeout: 10_000 },
    );
    expect(portOf(lines[0])).not.toBe(portOf(lines[1]));

    const curl = paste(lines[2] ?? '');
    visitor.shell.stdin?.write('Hello from the visitor\n');
    await vi.waitFor(
      () => {
        expect(curl.output()).toContain('"duplicate":false');
        for (const socket of [operator, visitor]) {
          expect(socket.output()).toMatch(/"messageAdded".*Hello from curl/);
          expect(socket.output()).toMatch(/"messageAdded".*Hello from the visitor/);
        }
      },
      { timeout: 10_000 },
    );
  });
});

const pingRedis = async (url: string) => {
  const redis = await findRedis();
  expect(redis.url).toBe(url);
  const answer = await redis.client().ping();
  await redis.stop();
  return answer;
};

const portOf = (line = '') => /ws:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];

/** A bare machine may have no curl: then this one, which knows the options of the line. */
const curlFor = (folder: string): string => {
  const script = `#!${process.execPath}
const [, , , ...rest] = process.argv;
const headers = {}; let body;
for (let i = 0; i < rest.length - 1; i += 2) {
  if (rest[i] === '-d') body = rest[i + 1];
  else { const [name, value] = rest[i + 1].split(': '); headers[name] = value; }
}
fetch(rest.at(-1), { method: 'POST', headers, body }).then(async (r) => process.stdout.write(await r.text()));
`;
  writeFileSync(join(folder, 'curl'), script, { mode: 0o755 });
  return folder;
};

test('the installer of the command line is plain JavaScript for old versions of Node', () => {
  const { status, stderr } = spawnSync(process.execPath, ['infra/local/run.mjs'], {
    cwd: repository,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({
    status: 64,
    stderr:
      'Usage: node infra/local/run.mjs start|test|test:docker|check|bench|simulate|chaos|fuzz [options]\n',
  });
});
