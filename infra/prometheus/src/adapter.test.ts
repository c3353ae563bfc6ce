/** The rule of prometheus-adapter, filled in as the adapter does it and asked by promtool. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPromtool } from '@switchboard/testkit';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { unknownIn } from './documented-metrics.ts';

const infra = join(import.meta.dirname, '../..');
const read = async (file: string): Promise<unknown> =>
  parse(await readFile(join(infra, file), 'utf8'));

interface Rule {
  readonly seriesQuery: string;
  readonly metricsQuery: string;
  readonly resources: { readonly overrides: Readonly<Record<string, { resource: string }>> };
}

interface Autoscaler {
  readonly spec: {
    readonly metrics: readonly { readonly pods?: { readonly metric: { readonly name: string } } }[];
  };
}

const { rules } = (await read('prometheus/adapter.yaml')) as { rules: [Rule] };
const [{ seriesQuery, metricsQuery, resources }] = rules;
const series = /^\w+/u.exec(seriesQuery)?.[0] ?? '';

/** As the adapter fills in its template for the pods of a Deployment. */
const asked = metricsQuery
  .replace('<<.Series>>', series)
  .replace('<<.LabelMatchers>>', 'namespace="switchboard",pod=~"edge-a|edge-b"')
  .replace('<<.GroupBy>>', 'pod');

const sockets = (socket: string, namespace: string, pod: string, value: number) => ({
  series: `${series}{socket="${socket}",namespace="${namespace}",pod="${pod}"}`,
  values: `${value}x5`,
});

const cases = {
  evaluation_interval: '1m',
  tests: [
    {
      interval: '1m',
      input_series: [
        sockets('chat', 'switchboard', 'edge-a', 15_000),
        sockets('broadcast', 'switchboard', 'edge-a', 6_000),
        sockets('chat', 'switchboard', 'edge-b', 4_000),
        sockets('chat', 'switchboard', 'edge-of-another-pool', 9_000),
        sockets('chat', 'staging', 'edge-a', 9_000),
        { series: `${series}{socket="chat",instance="10.0.0.9:7101"}`, values: '9x5' },
      ],
      promql_expr_test: [
        {
          expr: asked,
          eval_time: '5m',
          exp_samples: [
            { labels: '{pod="edge-a"}', value: 21_000 },
            { labels: '{pod="edge-b"}', value: 4_000 },
          ],
        },
        {
          expr: `count(${seriesQuery})`,
          eval_time: '5m',
          exp_samples: [{ labels: '{}', value: 5 }],
        },
      ],
    },
  ],
};

test("each pod has the sum of its sockets, without those of others, and what is not a pod's is left out", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-adapter-'));
  try {
    const file = join(folder, 'adapter.test.yaml');
    // JSON is YAML.
    await writeFile(file, JSON.stringify(cases));
    const promtool = await findPromtool();
    expect(await promtool(['test', 'rules', file])).toContain('SUCCESS');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the autoscaler asks for the metric by the name that the rule gives it, and processes tell it', async () => {
  const edge = 'kubernetes/components/autoscaling/edge.yaml';
  const { spec } = (await read(edge)) as Autoscaler;
  const names = spec.metrics.flatMap(({ pods }) => (pods ? [pods.metric.name] : []));
  expect(names).toEqual([series]);
  expect(resources.overrides).toEqual({
    namespace: { resource: 'namespace' },
    pod: { resource: 'pod' },
  });
  expect(unknownIn(seriesQuery)).toEqual([]);
  expect(unknownIn(asked)).toEqual([]);
});
