/** The metrics that there are, with their labels: from the tables of docs/metrics.md, which code makes. */
import { readFileSync } from 'node:fs';

/** What Prometheus or its discovery adds to every series. */
const ofPrometheus = ['namespace', 'pod', 'le', 'instance', 'job', '__name__'];

export function documentedMetrics(): ReadonlyMap<string, ReadonlySet<string>> {
  const url = new URL('../../../docs/metrics.md', import.meta.url);
  const rows = readFileSync(url, 'utf8').matchAll(/^\| `(\w+)` \| (\w+) \|(.*)$/gmu);
  return new Map(
    [...rows].flatMap(([, name = '', kind = '', rest = '']) => {
      const labels = [...rest.matchAll(/`(\w+)`: /gu)].map(([, label = '']) => label);
      const known = new Set([...labels, ...ofPrometheus]);
      const names = kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      return names.map((suffix) => [name + suffix, known] as const);
    }),
  );
}

/** What a query asks for that no process tells, one line each. */
export function unknownIn(query: string, known = documentedMetrics()): string[] {
  const texts = /"[^"]*"/gu;
  const names = query
    .replace(/__name__=~"(\w*)\(([\w|]+)\)(\w*)"/gu, (_all, head, words: string, tail) =>
      words
        .split('|')
        .map((word) => `${head}${word}${tail}`)
        .join(' '),
    )
    .replaceAll(texts, '')
    .matchAll(/\b(?:switchboard|nodejs|process)_\w+/gu);
  const used = [...names].map(([name]) => name);
  const labels = [...query.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/gu)].map(([, label = '']) => label);
  const grouped = [...query.matchAll(/\bby \(([\w, ]+)\)/gu)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  );
  const owned = new Set(used.flatMap((name) => [...(known.get(name) ?? [])]));
  return [
    ...used.filter((name) => !known.has(name)).map((name) => `no metric ${name}`),
    ...[...labels, ...grouped]
      .filter((label) => used.length > 0 && !owned.has(label))
      .map((label) => `no label ${label}`),
  ];
}
