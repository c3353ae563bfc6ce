/** A picture of a dashboard, and what many of them are made of. */

export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

export interface Panel {
  readonly title: string;
  /** What it shows, and what to look for. */
  readonly description: string;
  /** A unit of Grafana, e.g. `ms`, `bytes`, `short`, `ops`. */
  readonly unit: string;
  readonly queries: readonly Query[];
}

export interface Dashboard {
  /** Of the file, and in links. */
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

export const rate = (metric: string, by: string): string =>
  `sum by (${by}) (rate(${metric}{pod=~"$pod"}[$__rate_interval]))`;
export const each = (metric: string): string => `max by (pod) (${metric}{pod=~"$pod"})`;
/** Of a histogram, over all processes. */
export const quantile = (q: number, metric: string): Query => ({
  expr: `histogram_quantile(${q}, sum by (le) (rate(${metric}_bucket{pod=~"$pod"}[$__rate_interval])))`,
  legend: `p${q * 100}`,
});
export const perPod = (
  title: string,
  metric: string,
  about: Pick<Panel, 'unit' | 'description'>,
): Panel => ({
  title,
  ...about,
  queries: [{ expr: each(metric), legend: '{{pod}}' }],
});
export const rates = (
  title: string,
  metric: string,
  { by, description }: { by: string; description: string },
): Panel => ({
  title,
  description,
  unit: 'ops',
  queries: [
    {
      expr: rate(metric, by),
      legend: by
        .split(', ')
        .map((label) => `{{${label}}}`)
        .join(' '),
    },
  ],
});
