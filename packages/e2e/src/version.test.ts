/** One version, that of the app's package.json, wherever a process tells it. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type Cluster, type ClusterNode } from '@switchboard/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
/** None that has ever been: whatever is written down somewhere else is found. */
const version = '987.6.5-rc.4';

let folder: string;
let cluster: Cluster;

/** The app as it is, with another version. */
const copyApp = async (name: string): Promise<void> => {
  const [from, to] = [join(root, 'apps', name), join(folder, 'apps', name)];
  const isSource = (path: string) => !/\/(?:node_modules|dist)$/u.test(path);
  await cp(from, to, { recursive: true, filter: isSource });
  await symlink(join(from, 'node_modules'), join(to, 'node_modules'));
  const description = JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as object;
  await writeFile(join(to, 'package.json'), JSON.stringify({ ...description, version }));
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchboard-version-'));
  await copyApp('edge');
  await copyApp('ingress');
  cluster = await startCluster({
    edges: 1,
    sourcesOf: { 'edge-1': folder, 'ingress-1': folder },
    env: { LOG_LEVEL: 'info' },
  });
});
afterAll(async () => {
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

const ask = async (url: string): Promise<string> => {
  const response = await fetch(url, { headers: { 'api-token': cluster.apiToken } });
  expect(response.status).toBe(200);
  return response.text();
};

interface Told {
  version: string;
}

const versionIn = (text: string): string => (JSON.parse(text) as Told).version;

const toldBy = async ({ privateUrl, output }: ClusterNode) => ({
  health: versionIn(await ask(`${privateUrl}/health/ready`)),
  metrics: /^switchboard_build_info\{.*version="([^"]*)"/mu.exec(
    await ask(`${privateUrl}/metrics`),
  )?.[1],
  log: [...new Set(output().split('\n').map(versionIn))],
});

test('health, metrics and every line of the log tell it', async () => {
  const expected = { health: version, metrics: version, log: [version] };
  for (const node of [cluster.ingress, ...cluster.edges])
    expect(await toldBy(node)).toEqual(expected);
});

test('ingress tells it in public, of the edges and in its documents', async () => {
  const { url } = cluster.ingress;
  expect(versionIn(await ask(`${url}/health/ready`))).toBe(version);
  const nodes = JSON.parse(await ask(`${url}/nodes`)) as Told[];
  expect(nodes).toEqual([expect.objectContaining({ version })]);
  const { info } = JSON.parse(await ask(`${url}/openapi.json`)) as { info: Told };
  expect(info.version).toBe(version);
});
