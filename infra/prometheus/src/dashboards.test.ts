import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPromtool } from '@switchboard/testkit';
import { expect, test } from 'vitest';
import { dashboards, renderDashboard } from './dashboards.ts';
import { unknownIn } from './documented-metrics.ts';

const queries = dashboards.flatMap(({ title, panels }) =>
  panels.flatMap((panel) =>
    panel.queries.map(({ expr }) => ({ at: `${title}: ${panel.title}`, expr })),
  ),
);

/** `vitest run infra/prometheus -u` writes them anew. */
test.each(dashboards)('infra/grafana has $uid as the code makes it', async (dashboard) => {
  const path = join(import.meta.dirname, '../../grafana', `${dashboard.uid}.json`);
  await expect(renderDashboard(dashboard)).toMatchFileSnapshot(path);
});

test.each(queries)('$at asks for what processes tell', ({ expr }) => {
  expect(unknownIn(expr)).toEqual([]);
});

test('Prometheus understands every query', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-queries-'));
  const rules = queries.map(({ expr }, index) => ({
    record: `query_${index}`,
    expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$pod', '.*'),
  }));
  const file = join(folder, 'queries.yaml');
  try {
    // JSON is YAML.
    await writeFile(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    const promtool = await findPromtool();
    expect(await promtool(['check', 'rules', file])).toContain(`${queries.length} rules found`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
