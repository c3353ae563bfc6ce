/** The pictures of each workload: which figures of its rows stand in which panel. */
import { drawBars, type Group, type Panel } from './bar-chart.ts';
import type { CostRow } from './cost-table.ts';
import type { DensityRow } from './density-table.ts';
import { formatCount, formatMs } from './markdown-table.ts';
import type { Row } from './summary.ts';

const ours = 'switchboard';
/** What the other points are held against. */
const reference = 'reference';
const more = 'more is better';
const less = 'less is better';

interface Figure<R> extends Panel {
  of: (row: R) => number | null;
}

const ms = (value: number): string => `${formatMs(value)} ms`;
const plain = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));
const kib = (value: number): string => `${value.toFixed(1)} KiB`;

const deliveries: readonly Figure<Row>[] = [
  {
    title: 'Deliveries per second',
    note: more,
    format: formatCount,
    of: (row) => row.deliveriesPerS,
  },
  { title: 'Latency, 99th percentile', note: less, format: ms, of: ({ p99Ms }) => p99Ms },
  {
    title: 'CPU-seconds per million',
    note: `${less}; servers and Redis`,
    format: plain,
    of: ({ cpuSPerMillion }) => cpuSPerMillion,
  },
];

const posts: readonly Figure<Row>[] = [
  {
    title: 'Posts per second',
    note: more,
    format: formatCount,
    of: ({ acceptedPerS }) => acceptedPerS,
  },
  {
    title: 'Answer, 99th percentile',
    note: less,
    format: ms,
    of: ({ answerP99Ms }) => answerP99Ms,
  },
  {
    title: 'CPU-seconds per million',
    note: `${less}; servers and Redis`,
    format: plain,
    of: ({ cpuSPerMillionMessages }) => cpuSPerMillionMessages,
  },
];

const idle: readonly Figure<DensityRow>[] = [
  {
    title: 'Resident memory',
    note: `each socket; ${less}`,
    format: kib,
    of: (row) => row.residentBytesPerSocket / 1024,
  },
  {
    title: 'Kernel memory',
    note: `each socket; ${less}`,
    format: kib,
    of: (row) => row.kernelBytesPerSocket / 1024,
  },
  { title: 'Connects per second', note: more, format: formatCount, of: (row) => row.connectsPerS },
];

const costs: readonly Figure<CostRow>[] = [
  { title: 'CPU of a message', note: less, format: us, of: ({ totalUs }) => totalUs },
  { title: 'of it, each edge', note: less, format: us, of: ({ edgeUs }) => edgeUs },
  { title: 'of it, Redis', note: less, format: us, of: ({ redisUs }) => redisUs },
];

function us(value: number): string {
  return `${value.toFixed(0)} µs`;
}

export const drawDeliveries = (title: string, subtitle: string, rows: readonly Row[]): string =>
  drawBars({ title, subtitle, panels: deliveries, groups: groupsOf(deliveries, rows, namesOf) });

export const drawPosts = (rows: readonly Row[]): string =>
  drawBars({
    title: 'Ingest',
    subtitle: 'POST /message as fast as it is answered, nobody listening',
    panels: posts,
    groups: groupsOf(posts, rows, namesOf),
  });

export const drawDensity = (rows: readonly DensityRow[]): string =>
  drawBars({
    title: 'Idle sockets',
    subtitle: 'What each of them takes on its server, and how fast they come',
    panels: idle,
    groups: groupsOf(idle, rows, ({ kind, sockets, contender }) => ({
      group: `${formatCount(sockets)} on /${kind}`,
      name: contender,
    })),
  });

export const drawCost = (rows: readonly CostRow[]): string =>
  drawBars({
    title: 'What a message costs as the cluster grows',
    subtitle: '2 edges, 1 000 rooms and 16 partitions, and what changes when one of them does',
    panels: costs,
    groups: groupsOf(
      costs,
      rows,
      (row) => ({ group: '', name: namePoint(row, rows[0]) }),
      reference,
    ),
  });

const namePoint = (row: CostRow, first: CostRow | undefined): string => {
  if (row.edges !== first?.edges) return row.edges === 1 ? '1 edge' : `${row.edges} edges`;
  if (row.rooms !== first.rooms) return `${formatCount(row.rooms)} rooms`;
  if (row.partitions !== first.partitions)
    return row.partitions === 1 ? '1 partition' : `${row.partitions} partitions`;
  return reference;
};

const namesOf = ({ load, contender }: Row) => ({ group: load, name: contender });

const groupsOf = <R>(
  figures: readonly Figure<R>[],
  rows: readonly R[],
  names: (row: R) => { group: string; name: string },
  outstanding = ours,
): Group[] => {
  const groups = Object.groupBy(rows, (row) => names(row).group);
  return Object.entries(groups).map(([title, members = []]) => ({
    title,
    rows: members.map((row) => {
      const { name } = names(row);
      return { name, isOurs: name === outstanding, values: figures.map(({ of }) => of(row)) };
    }),
  }));
};
