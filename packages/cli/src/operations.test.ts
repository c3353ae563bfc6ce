/** docs/operations.md: its commands are run, its table of keys is the code's, its headings are linked to. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { keyKinds } from '@switchboard/bus';
import { findRedisProgram } from '@switchboard/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGuardedCluster, type GuardedCluster } from './test/guarded-cluster.ts';
import { startRelay, type Relay } from './test/relay.ts';

const root = join(import.meta.dirname, '../../..');
const text = await readFile(join(root, 'docs/operations.md'), 'utf8');

/** What each block wrote. */
const shown = new Map<string, string>();

/** The blocks of commands, each with what stands behind its fence. */
const blocks = Array.from(
  text.matchAll(/^```sh(.*)\n([\s\S]*?)^```$/gmu),
  ([, mark = '', lines = '']) => ({
    mark: mark.trim(),
    lines: lines.trim(),
  }),
);
const tested = blocks.filter(({ mark }) => mark === 'tested');
/** By packages/e2e/src/topologies/moves.test.ts, each on a Redis of its own. */
const testedElsewhere = blocks.filter(({ mark }) => mark.startsWith('tested with'));
const notRun = blocks.filter(({ mark }) => mark === 'not run');

let site: GuardedCluster;
let folder: string;
/** redis-cli stands beside it, on the PATH or not. */
let redis: Awaited<ReturnType<typeof findRedisProgram>>;
/** One of the edges is drained on the way. */
let balancer: Relay;

beforeAll(async () => {
  redis = await findRedisProgram();
  site = await startGuardedCluster({ env: { DRAIN_WAIT_MS: '0', DRAIN_WINDOW_MS: '50' } });
  balancer = await startRelay(site.cluster.edges.map(({ url }) => url));
  folder = await mkdtemp(join(tmpdir(), 'switchboard-operations-'));
});
afterAll(async () => {
  balancer?.close();
  await site?.stop();
  await rm(folder, { recursive: true, force: true });
});

const bash = (lines: string) =>
  promisify(execFile)('bash', ['-euo', 'pipefail', '-c', lines], {
    cwd: root,
    timeout: 55_000,
    // A command that hangs and ends in order when it is asked to is no command that works.
    killSignal: 'SIGKILL',
    env: {
      ...process.env,
      ...redis.env,
      PATH: [join(root, 'node_modules/.bin'), process.env['PATH'], dirname(redis.path)].join(
        delimiter,
      ),
      TMP: folder,
      SWITCHBOARD_URL: site.cluster.ingress.url,
      SWITCHBOARD_SOCKET_URL: balancer.url,
      API_TOKEN: site.cluster.apiToken,
      AUTH_SECRET: site.cluster.authSecret,
      REDIS_URL: site.urlOf('admin'),
      KEY_PREFIX: 'sb:',
    },
  });

test('every block of commands is run here or says that it is not', () => {
  const [here, elsewhere, nowhere] = [tested, testedElsewhere, notRun].map(({ length }) => length);
  expect([...tested, ...testedElsewhere, ...notRun]).toHaveLength(blocks.length);
  expect(text).toContain(
    `${here} blocks of commands are run on one Redis, ${elsewhere} on others, ${nowhere} are not`,
  );
});

// In the document's order: what one publishes another one reads.
test.each(tested.map(({ lines }) => ({ lines, first: lines.split('\n')[0]!.slice(0, 70) })))(
  '$first',
  async ({ lines }) => {
    const { stdout } = await bash(lines);
    shown.set(lines, stdout);
    // Redis tells refusals on stdout, with exit code 0.
    expect(stdout).not.toMatch(/^(?:\(error\)|ERR|NOPERM|WRONGTYPE|NOAUTH)/mu);
    expect(stdout).not.toContain(site.password);
  },
  60_000,
);

test('what it shows of a room and of the leases is what they hold', () => {
  const shownBy = (part: string) =>
    Array.from(shown).find(([lines]) => lines.includes(part))?.[1] ?? '';
  expect(shownBy('XREVRANGE "$(grep :log:')).toContain('It works');
  expect(shownBy("ZRANGE 'sb:{ctl}:nodes' 0 -1")).toMatch(/^\S+\n\d{13}$/mu);
  expect(shownBy('HMGET')).toMatch(/^(?:ready|draining)\n\d+\n\d+\n/u);
});

test('its table of keys is that of the code', () => {
  const rows = keyKinds.map(
    ({ pattern, type, lives, holds, read }) =>
      `| \`${pattern}\` | ${type} | ${lives} | ${holds} | \`${read.replace('<key>', '…')}\` |`,
  );
  const table = ['| key | type | lives | holds | see it |', '|---|---|---|---|---|', ...rows];
  const [, written = ''] = /<!-- keys: .* -->\n([\s\S]*?)<!-- \/keys -->/u.exec(text) ?? [];
  expect(written.trim()).toBe(table.join('\n'));
});

test('Tab completes in bash what the program knows', async () => {
  const complete = (words: string, last: number) =>
    `COMP_WORDS=(${words}); COMP_CWORD=${last}; _switchboard; echo "\${COMPREPLY[*]}"`;
  const { stdout } = await bash(
    [
      'eval "$(switchboard completion bash)"',
      complete('switchboard p', 1),
      complete('switchboard token --role ""', 3),
      complete('switchboard tail --hi', 2),
    ].join('\n'),
  );
  expect(stdout).toBe('publish\nclient operator\n--history\n');
}, 60_000);
