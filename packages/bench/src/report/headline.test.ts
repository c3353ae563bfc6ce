import { expect, test } from 'vitest';
import { renderHeadline } from './headline.ts';

const row = (load: string, contender: string) => ({
  load,
  contender,
  deliveriesPerS: 2_500_000,
  acceptedPerS: 900,
  p99Ms: 12.34,
  answerP99Ms: 7,
  cpuSPerMillion: 0.5,
});

test('the headline has a line for each figure that was measured, and a column for each system', () => {
  const table = renderHeadline(
    new Map<string, readonly object[]>([
      ['fan-out', [row('32 publishers', 'switchboard'), row('8 publishers', 'ws')]],
      ['ingest', [row('32 publishers', 'fastify')]],
      ['density', [{ kind: 'broadcast', contender: 'ws' }]],
    ]),
  );
  const lines = table.split('\n');
  expect(lines).toHaveLength(2 + 3 + 2);
  expect(lines[0]).toMatch(/\| +\*\*Switchboard\*\* \| Fastify \+ zod \+ Redis \|/u);
  expect(table).toMatch(/deliveries\/s +\| +2\.50 M \| +\|/u);
  expect(table).toMatch(/Ingest: p99 +\| +\| +7\.0 ms \|/u);
});

test('there is none of workloads that have no place in it', () => {
  expect(renderHeadline(new Map([['storm', [{}]]]))).toBe('');
});
