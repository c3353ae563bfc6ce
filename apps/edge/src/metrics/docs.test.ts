import { readFileSync } from 'node:fs';
import {
  createMetrics,
  renderDefaultsTable,
  renderMetricsTable,
  withSection,
} from '@switchboard/runtime';
import { expect, it } from 'vitest';
import { edgeMetrics } from './descriptions.ts';

it('docs/metrics.md has every metric of the edge, and those of Node', async () => {
  const path = new URL('../../../../docs/metrics.md', import.meta.url).pathname;
  const written = readFileSync(path, 'utf8');
  const withOwn = withSection(written, 'edge', renderMetricsTable(edgeMetrics));
  const ofNode = renderDefaultsTable(await createMetrics().defaults());
  await expect(withSection(withOwn, 'process', ofNode)).toMatchFileSnapshot(path);
});
