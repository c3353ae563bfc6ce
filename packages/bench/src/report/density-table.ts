/** What idle sockets take: turns as rows, rows as a table. */
import { isDisturbed } from '../measure/limits.ts';
import { median } from '../measure/median.ts';
import type { DensityTurn } from '../workload/density-turn.ts';
import { formatTurns, renderTable, type Column } from './markdown-table.ts';

/** Medians of the turns that nobody disturbed, where there are such. */
export interface DensityRow extends DensityTurn {
  turns: number;
  disturbedTurns: number;
}

const measured = [
  'residentBytesPerSocket',
  'redisBytesPerSocket',
  'kernelBytesPerSocket',
  'connectsPerS',
  'connectCpuMs',
  'idleCoresPer100k',
  'generatorCores',
  'strangersCores',
] as const;

export const summarizeDensity = (turns: readonly DensityTurn[]): DensityRow[] => {
  const groups = Object.groupBy(turns, ({ kind, contender }) => `${kind}\n${contender}`);
  return Object.values(groups).map((group) => summarizeGroup(group as DensityTurn[]));
};

const summarizeGroup = (all: readonly DensityTurn[]): DensityRow => {
  const calm = all.filter((turn) => !isDisturbed(turn));
  const counted = calm.length > 0 ? calm : all;
  const medians = measured.map((name) => [name, median(counted.map((turn) => turn[name]))]);
  return {
    ...(all[0] as DensityTurn),
    ...(Object.fromEntries(medians) as Record<(typeof measured)[number], number>),
    lost: all.reduce((total, { lost }) => total + lost, 0),
    limits: [...new Set(counted.flatMap(({ limits }) => limits))],
    turns: counted.length,
    disturbedTurns: all.length - calm.length,
  };
};

const kib = (bytes: number): string => (bytes / 1024).toFixed(1);

const columns: readonly Column<DensityRow>[] = [
  { title: 'sockets', isWordy: true, cell: ({ kind, sockets }) => `${sockets} on /${kind}` },
  { title: 'system', isWordy: true, cell: ({ contender }) => contender },
  { title: 'resident KiB', cell: (row) => kib(row.residentBytesPerSocket) },
  { title: 'kernel KiB', cell: (row) => kib(row.kernelBytesPerSocket) },
  { title: 'Redis KiB', cell: (row) => kib(row.redisBytesPerSocket) },
  { title: 'connects/s', cell: ({ connectsPerS }) => connectsPerS.toFixed(0) },
  { title: 'CPU-ms per 1 000', cell: ({ connectCpuMs }) => connectCpuMs.toFixed(0) },
  { title: 'idle cores per 100 000', cell: (row) => row.idleCoresPer100k.toFixed(3) },
  { title: 'lost', cell: ({ lost }) => String(lost) },
  { title: 'load cores', cell: ({ generatorCores }) => generatorCores.toFixed(2) },
  { title: 'other cores', cell: ({ strangersCores }) => strangersCores.toFixed(2) },
  { title: 'limit', isWordy: true, cell: ({ limits }) => limits.join(', ') || '-' },
  { title: 'turns', cell: formatTurns },
];

export const renderDensity = (rows: readonly DensityRow[]): string => renderTable(columns, rows);

/** For progress. */
export const describeDensity = (turn: DensityTurn): string =>
  [
    `${turn.contender}: ${kib(turn.residentBytesPerSocket)} KiB resident, ${kib(turn.kernelBytesPerSocket)} KiB kernel`,
    `${turn.connectsPerS.toFixed(0)} connects/s`,
    `${turn.idleCoresPer100k.toFixed(3)} cores for 100 000 idle`,
  ].join(', ');
