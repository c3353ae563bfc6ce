import { readFileSync } from 'node:fs';
import { renderMetricsTable, withSection } from '@switchboard/runtime';
import { expect, it } from 'vitest';
import { ingressMetrics } from './metric-descriptions.ts';

it('docs/metrics.md has every metric of ingress', async () => {
  const path = new URL('../../../docs/metrics.md', import.meta.url).pathname;
  const written = readFileSync(path, 'utf8');
  const own = renderMetricsTable(ingressMetrics);
  await expect(withSection(written, 'ingress', own)).toMatchFileSnapshot(path);
});
