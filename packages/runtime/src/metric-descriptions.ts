/**
 * What a metric means and how it is read. A process describes all of its metrics in one place; the tables of
 * `docs/metrics.md` are made from that, and a test holds them against what a running process tells.
 */
import type { DefaultMetric } from './metrics.ts';

export interface MetricDescription {
  /** With its unit last (`_bytes`, `_milliseconds`); counters end with `_total`. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** One sentence: what is counted. Prometheus shows it. */
  readonly help: string;
  /** What a value tells and what to do about it. */
  readonly reading: string;
  /** Label names, and what their values are. */
  readonly labels?: Readonly<Record<string, string>>;
}

const units: Readonly<Record<string, string>> = {
  milliseconds: 'ms',
  ms: 'ms',
  bytes: 'bytes',
  seconds: 's',
};

/** What every process says of itself; `build` labels the value 1. */
export const processMetrics = (role: 'edge' | 'ingress') =>
  ({
    build: {
      name: 'switchboard_build_info',
      kind: 'gauge',
      help: 'Always 1; its labels say what runs',
      labels: { role: '`edge` or `ingress`', version: 'of the app', node: 'version of Node' },
      reading: 'Two versions at a time are a rolling upgrade; for longer, one that has stopped.',
    },
    ready: {
      name: `switchboard_${role}_ready`,
      kind: 'gauge',
      help: 'Whether /health/ready says yes: 1, or 0',
      reading:
        '0 for more than a start or a stop takes: ask `/health/ready`, it names the reasons.',
    },
    heartbeat: {
      name: `switchboard_${role}_heartbeat_milliseconds`,
      kind: 'gauge',
      help: 'Round trip of the last heartbeat through Redis; -1 before the first',
      reading:
        'A write and its copy on the channel. Below 5 in one data centre; above 100 Redis or the loop of this process is busy.',
    },
  }) as const satisfies Record<string, MetricDescription>;

/** Name and help, as a metric is made from them. */
export const textOf = ({ name, help }: Pick<MetricDescription, 'name' | 'help'>) => ({
  name,
  help,
});

/** The arguments of `Metrics.family`. */
export const labelled = (
  description: MetricDescription,
): [ReturnType<typeof textOf>, readonly string[]] => [
  textOf(description),
  Object.keys(description.labels ?? {}),
];

/** A Markdown table with one row per metric. */
export const renderMetricsTable = (descriptions: Readonly<Record<string, MetricDescription>>) =>
  table(
    ['metric', 'kind', 'unit', 'labels', 'what', 'how to read it'],
    Object.values(descriptions).map(({ name, kind, labels = {}, help, reading }) => [
      `\`${name}\``,
      kind,
      unitOf(name),
      Object.entries(labels)
        .map(([label, values]) => `\`${label}\`: ${values}`)
        .join('; '),
      help,
      reading,
    ]),
  );

/** The same for what Node and the system tell. */
export const renderDefaultsTable = (metrics: readonly DefaultMetric[]): string =>
  table(
    ['metric', 'kind', 'what'],
    metrics.map(({ name, kind, help }) => [`\`${name}\``, kind, help]),
  );

/** `document` with what stands between the section's two marks replaced. @throws without the marks */
export const withSection = (document: string, section: string, content: string): string => {
  const [start, end] = [`<!-- ${section} -->\n`, `<!-- /${section} -->`];
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document has no section ${section}`);
  return `${document.slice(0, from + start.length)}\n${content}\n${document.slice(to)}`;
};

const unitOf = (name: string): string =>
  units[
    name
      .replace(/_total$/u, '')
      .split('_')
      .at(-1) ?? ''
  ] ?? '';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
