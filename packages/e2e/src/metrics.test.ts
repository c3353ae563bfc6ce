/** What running processes tell on /metrics, held against docs/metrics.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  mintToken,
  openChat,
  startCluster,
  type Cluster,
  type ClusterNode,
} from '@switchboard/testkit';

const docs = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');
const { version } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../apps/edge/package.json'), 'utf8'),
) as { version: string };

interface Metric {
  readonly kind: string;
  readonly help: string;
  readonly labels: ReadonlySet<string>;
}

/** The rows of a section's table by the name of their metric. */
function documented(section: string): Map<string, Metric> {
  const text = docs.split(`<!-- ${section} -->`)[1]?.split(`<!-- /${section} -->`)[0] ?? '';
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((row) => {
      const cells = row.split('|').map((cell) => cell.trim());
      const [, name = '', kind = ''] = cells;
      const [labels = '', help = ''] = section === 'process' ? ['', cells[3]] : cells.slice(4);
      const names = [...labels.matchAll(/`(\w+)`: /gu)].map(([, label = '']) => label);
      return [name.replaceAll('`', ''), { kind, help, labels: new Set(names) }] as const;
    }),
  );
}

/** The same as a process tells it; labels of Prometheus' own (`le`, `quantile`) left out. */
async function told(node: ClusterNode): Promise<Map<string, Metric>> {
  const text = await (await fetch(`${node.privateUrl}/metrics`)).text();
  const metrics = new Map<string, { kind: string; help: string; labels: Set<string> }>();
  for (const [, name = '', help = ''] of text.matchAll(/^# HELP (\S+) (.*)$/gmu)) {
    metrics.set(name, { kind: '', help, labels: new Set() });
  }
  for (const [, name = '', kind = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gmu)) {
    metrics.get(name)!.kind = kind;
  }
  for (const [, series = '', labels = ''] of text.matchAll(/^(\w+)\{(.*)\} /gmu)) {
    const metric =
      metrics.get(series) ?? metrics.get(series.replace(/_(?:bucket|sum|count)$/u, ''));
    for (const [, label = ''] of labels.matchAll(/(\w+)="/gu)) {
      if (label !== 'le' && label !== 'quantile') metric?.labels.add(label);
    }
  }
  return metrics;
}

const ours = (metrics: Map<string, Metric>) =>
  new Map([...metrics].filter(([name]) => name.startsWith('switchboard_')));

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ edges: 1 });
  const { authSecret, ingress, apiToken } = cluster;
  const claims = { sub: 'visitor', role: 'client', chat_id: 'c' } as const;
  const socket = await openChat({
    url: cluster.edges[0]!.url,
    token: await mintToken(authSecret, claims),
  });
  socket.sendFrame('sendMessage', { text: 'Hello' });
  await socket.next('messageAdded');
  await fetch(`${ingress.url}/message`, { method: 'POST', headers: { 'api-token': apiToken } });
  await socket.close();
});
afterAll(() => cluster.stop());

test.each(['edge', 'ingress'] as const)(
  'docs/metrics.md names what %s tells, and all of it',
  async (role) => {
    const node = role === 'edge' ? cluster.edges[0]! : cluster.ingress;
    const [scraped, written] = [ours(await told(node)), documented(role)];
    expect([...scraped.keys()].toSorted()).toEqual([...written.keys()].toSorted());
    for (const [name, { kind, help, labels }] of scraped) {
      const row = written.get(name)!;
      expect({ name, kind, help }).toEqual({ name, kind: row.kind, help: row.help });
      // A counter that has not counted yet has no series, and so tells no labels.
      expect({ name, labels: labels.size > 0 ? labels : row.labels }).toEqual({
        name,
        labels: row.labels,
      });
    }
  },
);

test('what Node and the system tell is documented', async () => {
  const others = [...(await told(cluster.ingress))].filter(
    ([name]) => !name.startsWith('switchboard_'),
  );
  const written = documented('process');
  for (const [name, { kind, help }] of others) {
    expect({ name, ...written.get(name) }).toMatchObject({ name, kind, help });
  }
  expect(others.length).toBe(written.size);
});

test('the version of what runs stands in metrics and health', async () => {
  for (const node of [cluster.ingress, ...cluster.edges]) {
    const metrics = await (await fetch(`${node.privateUrl}/metrics`)).text();
    const health = await (await fetch(`${node.privateUrl}/health/ready`)).json();
    expect(metrics).toContain(
      `switchboard_build_info{role="${node.role}",version="${version}",node="${process.versions.node}"} 1`,
    );
    expect(metrics).toContain(`switchboard_${node.role}_ready 1`);
    expect(health).toMatchObject({ ready: true, version });
  }
});
