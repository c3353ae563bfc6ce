/** The figures that stand in the README: some of each workload, this product beside its peers. */
import type { DensityRow } from './density-table.ts';
import { formatCount, formatMs, renderTable } from './markdown-table.ts';
import type { Row } from './summary.ts';

/** Rows of the workloads that were measured, by name. */
export type MeasuredRows = ReadonlyMap<string, readonly object[]>;

interface Line {
  title: string;
  cells: ReadonlyMap<string, string>;
}

const systems = new Map([
  ['switchboard', '**Switchboard**'],
  ['minimal', 'uWebSockets.js + Redis'],
  ['ws', 'ws + Redis'],
  ['nchan', 'nchan + Redis'],
  ['socket.io', 'Socket.IO + Redis'],
  ['fastify', 'Fastify + zod + Redis'],
]);

const ms = (value: number): string => `${formatMs(value)} ms`;

const fromRows = (all: MeasuredRows, workload: string, load: string, title: string) => {
  const rows = ((all.get(workload) ?? []) as readonly Row[]).filter((row) => row.load === load);
  return (what: string, format: (row: Row) => string): Line => ({
    title: `${title}: ${what}`,
    cells: new Map(rows.map((row) => [row.contender, format(row)])),
  });
};

const linesOf = (all: MeasuredRows): Line[] => {
  const saturated = fromRows(all, 'fan-out', '32 publishers', 'Fan-out to 1 000 sockets');
  const steady = fromRows(all, 'fan-out', '500 messages/s', 'the same at 500 messages/s');
  const talk = fromRows(all, 'rooms', '64 under way', 'Rooms of two, clients talk');
  const posts = fromRows(all, 'ingest', '32 publishers', 'Ingest');
  const idle = ((all.get('density') ?? []) as readonly DensityRow[]).filter(
    ({ kind }) => kind === 'chat',
  );
  const perMillion = (row: Row) => `${row.cpuSPerMillion.toFixed(2)} s`;
  return [
    saturated('deliveries/s', (row) => formatCount(row.deliveriesPerS)),
    saturated('p99', (row) => ms(row.p99Ms)),
    saturated('CPU per million', perMillion),
    steady('p99', (row) => ms(row.p99Ms)),
    steady('CPU per million', perMillion),
    talk('messages/s', (row) => formatCount(row.acceptedPerS)),
    talk('p99', (row) => ms(row.p99Ms)),
    talk('CPU per million', perMillion),
    posts('posts/s', (row) => formatCount(row.acceptedPerS)),
    posts('p99', (row) => ms(row.answerP99Ms)),
    {
      title: 'Idle socket: memory, with the kernel’s',
      cells: new Map(
        idle.map((row) => [
          row.contender,
          `${((row.residentBytesPerSocket + row.kernelBytesPerSocket) / 1024).toFixed(1)} KiB`,
        ]),
      ),
    },
  ];
};

/** Empty when none of its workloads was measured. A cell of who was not measured is empty. */
export const renderHeadline = (all: MeasuredRows): string => {
  const lines = linesOf(all).filter(({ cells }) => cells.size > 0);
  if (lines.length === 0) return '';
  const present = [...systems].filter(([name]) => lines.some(({ cells }) => cells.has(name)));
  return renderTable<Line>(
    [
      { title: '', isWordy: true, cell: ({ title }) => title },
      ...present.map(([name, title]) => ({
        title,
        cell: ({ cells }: Line) => cells.get(name) ?? '',
      })),
    ],
    lines,
  );
};
