import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { mintToken, openChat, openDesk, startCluster, type Cluster } from '@switchboard/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, settingsOf, type RunOptions } from './test/cli-under-test.ts';
import { startRelay } from './test/relay.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ edges: 2, env: { DRAIN_WAIT_MS: '0', DRAIN_WINDOW_MS: '50' } });
});
afterAll(() => cluster?.stop());

const cli = (args: readonly string[], options?: RunOptions) =>
  runCli([...settingsOf(cluster), ...args], options);
const json = async (...args: string[]) => JSON.parse((await cli([...args, '--json'])).out);

describe('token', () => {
  test('mints what an edge takes, with the claims that were asked for', async () => {
    const minted = await cli(['token', '-r', 'client', '-s', '7', '--chat', 'c1', '--name', 'Ann']);
    expect(minted).toMatchObject({ exitCode: 0, error: '' });
    const socket = await openChat({ url: cluster.edges[0]!.url, token: minted.out.trim() });
    expect((await socket.next('connected')).data).toMatchObject({
      user: { id: '7', role: 'client', name: 'Ann' },
      chat_id: 'c1',
    });
    await socket.close();
  });

  test('writes sources, chats, further claims and the end of its life', async () => {
    const line =
      'token -r operator -s 42 --widgets w1,w2 --chats a --ttl 2h --claim jti=x --claim n=5';
    const { claims } = await json(...line.split(' '));
    expect(claims).toMatchObject({
      sub: '42',
      sources: { widgets: [{ id: 'w1' }, { id: 'w2' }], departments: null },
      chats: ['a'],
      jti: 'x',
      n: 5,
    });
    expect(Math.abs(claims.exp - Date.now() / 1000 - 7200)).toBeLessThan(60);
  });

  test('says what it lacks, and never the secret', async () => {
    const bare = await runCli(['token', '-r', 'operator', '-s', '1', '--auth-secret', '']);
    expect(bare).toMatchObject({ exitCode: 78, out: '' });
    expect(bare.error).toContain('AUTH_SECRET is not set');
    expect((await cli(['token', '-r', 'client', '-s', '1'])).exitCode).toBe(64);
    expect((await cli(['token', '-r', 'king', '-s', '1'])).exitCode).toBe(64);
    expect((await cli(['token', '-r', 'operator', '-s', '1', '--ttl', 'soon'])).exitCode).toBe(64);
  });
});

describe('nodes, drain and online', () => {
  test('list the edges and the operators, filtered', async () => {
    expect(await json('nodes')).toHaveLength(2);
    const claims = { sub: 'o-1', role: 'operator', sources: { widgets: [{ id: 'w1' }] } } as const;
    const token = await mintToken(cluster.authSecret, { ...claims, name: 'Grace\u001b[31m' });
    const desk = await openDesk({ url: cluster.edges[0]!.url, token });
    await desk.next('connected');
    await expect.poll(() => json('online', '--widget', 'w1')).toHaveLength(1);
    expect(await json('online', '--widget', 'w2')).toEqual([]);
    expect(await json('online', '--operator', 'nobody')).toEqual([]);
    const { out } = await cli(['online']);
    expect(out).toMatch(/^OPERATOR +NAME.*\no-1 +Grace \[31m +20\d\d-.* w1 +all +\S+\n$/u);
    await desk.close();
  });

  test('drain empties the one that is meant, by the beginning of its id', async () => {
    const before = (await json('nodes')) as { id: string }[];
    const spare = await cluster.addEdge();
    await expect.poll(() => json('nodes')).toHaveLength(3);
    const { id } = ((await json('nodes')) as { id: string }[]).find(
      (node) => !before.some((known) => known.id === node.id),
    )!;
    expect(await cli(['drain', 'nobody'])).toMatchObject({ exitCode: 65 });
    expect(await cli(['drain', id.slice(0, 13)])).toMatchObject({
      exitCode: 0,
      out: `${id} is draining\n`,
    });
    await expect.poll(() => spare.hasExited(), { timeout: 10_000 }).toBe(true);
  });
});

describe('publish and tail', () => {
  test('what is published is seen live, once and in order, after a history', async () => {
    const stop = new AbortController();
    await cli(['publish', 'talk', 'before', '--id', 'm-0']);
    let seen = '';
    const tail = cli(['tail', 'talk', '--history', '5', '--json'], {
      stop: stop.signal,
      onOut: (out) => (seen = out),
    });
    const texts = () =>
      seen
        .split('\n')
        .filter((line) => line.includes('messageAdded'))
        .map((line) => JSON.parse(line).data.message.text);
    await expect.poll(texts).toEqual(['before']);
    expect(await cli(['publish', 'talk', 'Hello', 'there'])).toMatchObject({ exitCode: 0 });
    expect(await cli(['publish', 'talk'], { stdin: 'from stdin\n' })).toMatchObject({
      exitCode: 0,
    });
    const lines = ['{"id":"n-1","text":"one"}', '', '{"id":"n-2","text":"two"}'].join('\n');
    const answers = await cli(['publish', 'talk', '--ndjson', '--json'], { stdin: lines });
    expect(
      answers.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['n-1', 'n-2']);
    expect((await cli(['publish', 'talk', '--id', 'm-0', 'again'])).out).toBe(
      'm-0 was posted before\n',
    );
    await expect.poll(texts).toEqual(['before', 'Hello there', 'from stdin', 'one', 'two']);
    stop.abort();
    expect(await tail).toMatchObject({ exitCode: 0, error: '' });
  });

  test('tail goes on after a position, and says when the log does not hold it', async () => {
    const { position } = await json('publish', 'since', 'one');
    await cli(['publish', 'since', 'two', '--user', 'u1', '--name', 'Bob']);
    const rest = await cli(['tail', 'since', '--since', position, '--count', '1']);
    expect(rest.out).toMatch(/^\d\d:\d\d:\d\d\.\d{3}  messageAdded +Bob <operator u1>: two\n$/u);
    const gone = await cli(['tail', 'since', '--since', '1-1.nothing']);
    expect(gone).toMatchObject({ exitCode: 65 });
  });

  test('tail comes back over another edge without a gap', async () => {
    const stop = new AbortController();
    const leaving = await cluster.addEdge();
    let seen = '';
    // Both under one name for it: the address stays, and what is behind it changes.
    const relay = await startRelay([leaving.url, cluster.edges[0]!.url]);
    const tail = cli(['tail', 'roam', '--json', '--socket-url', relay.url], {
      stop: stop.signal,
      onOut: (out) => (seen = out),
    });
    await expect.poll(() => relay.connections()).toBeGreaterThan(0);
    await expect
      .poll(async () => {
        await cli(['publish', 'roam', 'x']);
        return seen;
      })
      .toContain('"x"');
    leaving.kill();
    const { position } = await json('publish', 'roam', 'meanwhile');
    await expect.poll(() => seen, { timeout: 10_000 }).toContain(position);
    expect(seen.match(/"meanwhile"/gu)).toHaveLength(1);
    stop.abort();
    expect(await tail).toMatchObject({ exitCode: 0 });
    relay.close();
  });

  test('what is refused ends with a code and names the fields', async () => {
    const bad = await cli(['publish', 'talk', '--ndjson'], { stdin: '{"text":5}\n' });
    expect(bad).toMatchObject({ exitCode: 65 });
    expect(bad.error).toMatch(/line 1: 422 validation_failed.*\n {2}text: /u);
    expect(await cli(['publish', 'talk', '--ndjson'], { stdin: '[]\n' })).toMatchObject({
      exitCode: 65,
    });
    expect(await cli(['nodes', '--api-token', 'wrong-token'])).toMatchObject({ exitCode: 77 });
    expect(await cli(['tail', 'c', '--auth-secret', 'x'.repeat(40)])).toMatchObject({
      exitCode: 77,
    });
    const nobody = await cli([
      'nodes',
      '--url',
      'http://127.0.0.1:9/secret-token-1',
      '--api-token',
      'secret-token-1',
    ]);
    expect(nobody).toMatchObject({ exitCode: 69 });
    expect(nobody.error).toContain('http://127.0.0.1:9/***');
    expect(await cli(['nodes', '--url', 'ftp://x'])).toMatchObject({ exitCode: 64 });
  });
});

test('as a process it takes its settings from the environment, and colours nothing in a pipe', async () => {
  const bin = fileURLToPath(new URL('../../../node_modules/.bin/switchboard', import.meta.url));
  const env = { ...process.env, SWITCHBOARD_URL: cluster.ingress.url, API_TOKEN: cluster.apiToken };
  const { stdout } = await promisify(execFile)(bin, ['nodes'], { env });
  expect(stdout).toMatch(/^NODE +STATE/u);
  const failure = await promisify(execFile)(bin, ['nodes'], {
    env: { ...env, API_TOKEN: 'not-the-token' },
  }).catch((error: unknown) => error as { code: number; stderr: string });
  expect(failure).toMatchObject({ code: 77 });
  expect(failure.stderr).not.toContain('not-the-token');
});
