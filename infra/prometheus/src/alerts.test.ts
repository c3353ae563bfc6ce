import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPromtool } from '@switchboard/testkit';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { unknownIn } from './documented-metrics.ts';

const folder = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly runbook: string; readonly summary: string };
}

interface Case {
  readonly name: string;
  readonly alert_rule_test: readonly { readonly exp_alerts: readonly unknown[] }[];
}

const rules = (parse(read('alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const cases = (parse(read('alerts.test.yaml')) as { tests: Case[] }).tests;

test('Prometheus takes the rules, and each fires and is silent when it should be', async () => {
  const promtool = await findPromtool();
  expect(await promtool(['check', 'rules', join(folder, 'alerts.yaml')])).toContain('SUCCESS');
  expect(await promtool(['test', 'rules', join(folder, 'alerts.test.yaml')])).toContain('SUCCESS');
});

test.each(rules)(
  '$alert has a case in which it fires and one in which it does not',
  ({ alert }) => {
    const own = cases.filter(({ name }) => name.split(' ')[0] === alert);
    const firing = own.map(({ alert_rule_test: [tested] }) => tested!.exp_alerts.length > 0);
    expect(firing).toEqual([true, false]);
  },
);

test.each(rules)('$alert asks for what processes tell', ({ expr }) => {
  expect(unknownIn(expr)).toEqual([]);
});

test('what no process tells is found', () => {
  expect(unknownIn('sum by (room) (rate(switchboard_edge_wonders_total{code="1"}[5m]))')).toEqual([
    'no metric switchboard_edge_wonders_total',
    'no label code',
    'no label room',
  ]);
});

test.each(rules)('$alert has a runbook that is there', ({ annotations, labels }) => {
  const [file = '', anchor = ''] = annotations.runbook.split('#');
  expect(file).toBe('docs/alerts.md');
  expect(['critical', 'warning', 'info']).toContain(labels.severity);
  expect(anchorsOf(readFileSync(join(folder, '../..', file), 'utf8'))).toContain(anchor);
});

/** As GitHub makes them from headings. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#{1,6} (.+)$/gmu)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
