/** What became of messages and clients under a fault, as a table and as a line of progress. */
import type { Stretch, SurvivalTurn } from '../workload/survival-turn.ts';
import {
  formatDelivered,
  formatMs,
  formatTimes,
  renderTable,
  type Column,
} from './markdown-table.ts';

interface Row extends SurvivalTurn {
  load: string;
  /** In relation to `minimal`; undefined where it took no part, and for itself. */
  baselineTurn: SurvivalTurn | undefined;
}

const results: readonly Column<Row>[] = [
  { title: 'load', isWordy: true, cell: ({ load }) => load },
  { title: 'system', isWordy: true, cell: ({ contender }) => contender },
  { title: 'delivered', cell: ({ fault }) => formatPart(fault) },
  { title: 'without fault', cell: ({ baseline }) => formatPart(baseline) },
  { title: 'lost', cell: ({ fault }) => String(lost(fault)) },
  {
    title: '× minimal',
    cell: (row) => related(row, ({ fault }) => lost(fault)),
  },
  { title: 'twice', cell: ({ fault }) => String(fault.duplicates) },
  { title: 'clients short', cell: ({ fault }) => String(fault.clientsShort) },
  { title: 'last back', cell: (row) => formatLastBack(row) },
  { title: '× minimal', cell: (row) => related(row, ({ lastBackMs }) => lastBackMs ?? NaN) },
  { title: 'p50 ms', cell: ({ fault }) => formatMs(fault.delivery.p50Ms) },
  { title: 'p99 ms', cell: ({ fault }) => formatMs(fault.delivery.p99Ms) },
  { title: '× minimal', cell: (row) => related(row, ({ fault }) => fault.delivery.p99Ms) },
];

const background: readonly Column<Row>[] = [
  { title: 'load', isWordy: true, cell: ({ load }) => load },
  { title: 'system', isWordy: true, cell: ({ contender }) => contender },
  { title: 'due', cell: ({ fault }) => String(fault.due) },
  { title: 'without fault p50 ms', cell: ({ baseline }) => formatMs(baseline.delivery.p50Ms) },
  { title: 'p99 ms', cell: ({ baseline }) => formatMs(baseline.delivery.p99Ms) },
  { title: 'returns', cell: ({ comeBack }) => String(comeBack.count) },
  { title: 'return p50 ms', cell: ({ comeBack }) => formatMs(comeBack.p50Ms) },
  { title: 'p99 ms', cell: ({ comeBack }) => formatMs(comeBack.p99Ms) },
  { title: 'max ms', cell: ({ comeBack }) => formatMs(comeBack.maxMs) },
  { title: 'resumed', cell: ({ returns }) => String(returns.resumed) },
  { title: 'not resumed', cell: ({ returns }) => String(returns.refused) },
  { title: 'untold', cell: ({ returns }) => String(returns.untold) },
  { title: 'failed attempts', cell: ({ returns }) => String(total(returns.failed)) },
  { title: 'missing', cell: ({ missing }) => String(missing) },
  { title: 'server cores', cell: ({ serverCores }) => serverCores.toFixed(2) },
  { title: 'load cores', cell: ({ generatorCores }) => generatorCores.toFixed(2) },
];

export const renderSurvival = (load: string, turns: readonly SurvivalTurn[]): string => {
  const minimal = turns.find(({ contender }) => contender === 'minimal');
  const rows = turns.map((turn): Row => ({
    ...turn,
    load,
    baselineTurn: turn === minimal ? undefined : minimal,
  }));
  return `${renderTable(results, rows)}\n\n${renderTable(background, rows)}`;
};

export const describeSurvival = (turn: SurvivalTurn): string =>
  [
    `${turn.contender}: ${formatPart(turn.fault)} delivered (${formatPart(turn.baseline)} before)`,
    `${lost(turn.fault)} lost, ${turn.fault.duplicates} twice`,
    `last back: ${formatLastBack(turn)}`,
    `p50 ${formatMs(turn.fault.delivery.p50Ms)} ms, p99 ${formatMs(turn.fault.delivery.p99Ms)} ms`,
  ].join(', ');

const formatPart = ({ delivered, due }: Stretch): string =>
  due === 0 ? '-' : formatDelivered(delivered / due);

const lost = ({ due, delivered }: Stretch): number => due - delivered;

const formatLastBack = ({ lastBackMs, missing }: SurvivalTurn): string => {
  if (missing > 0) return 'never';
  return lastBackMs === null ? '-' : `${(lastBackMs / 1000).toFixed(2)} s`;
};

const related = (row: Row, pick: (turn: SurvivalTurn) => number): string =>
  row.baselineTurn === undefined ? '' : formatRatio(pick(row), pick(row.baselineTurn));

const formatRatio = (value: number, base: number): string =>
  Number.isFinite(value / base) ? formatTimes(value / base) : '';

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((a, b) => a + b, 0);
