/** What a message costs as the cluster grows: turns as rows, rows as a table. */
import { isDisturbed } from '../measure/limits.ts';
import { median } from '../measure/median.ts';
import type { TurnResult } from '../workload/turn.ts';
import { formatMs, formatTimes, formatTurns, renderTable, type Column } from './markdown-table.ts';

export interface CostPoint {
  edges: number;
  rooms: number;
  partitions: number;
}

export interface CostTurn extends CostPoint {
  /** Deliveries of a message, on average. */
  copies: number;
  result: TurnResult;
}

/** CPU in microseconds. */
export interface CostRow extends CostPoint {
  copies: number;
  messagesPerS: number;
  /** Of all processes, per message. */
  totalUs: number;
  ingressUs: number;
  redisUs: number;
  /** Of an edge, per message that it follows. */
  edgeUs: number;
  p99Ms: number;
  delivered: number;
  turns: number;
  disturbedTurns: number;
  limits: readonly string[];
  /** In relation to the first point: all of it, and an edge's part; null for that point itself. */
  times: { total: number; edge: number } | null;
}

export const summarizeCost = (turns: readonly CostTurn[]): CostRow[] => {
  const keyOf = ({ edges, rooms, partitions }: CostPoint) => `${edges} ${rooms} ${partitions}`;
  const groups = Object.values(Object.groupBy(turns, keyOf)) as CostTurn[][];
  const rows = groups.map(summarizeGroup);
  const [first] = rows;
  return rows.map((row) => ({
    ...row,
    times:
      first === undefined || row === first
        ? null
        : { total: row.totalUs / first.totalUs, edge: row.edgeUs / first.edgeUs },
  }));
};

const summarizeGroup = (all: readonly CostTurn[]): CostRow => {
  const calm = all.filter(({ result }) => !isDisturbed(result));
  const counted = calm.length > 0 ? calm : all;
  const { edges, rooms, partitions, copies } = all[0] as CostTurn;
  const of = (pick: (result: TurnResult) => number) =>
    median(counted.map(({ result }) => pick(result)));
  return {
    edges,
    rooms,
    partitions,
    copies,
    messagesPerS: of(({ acceptedPerS }) => acceptedPerS),
    totalUs: of(({ serverCpuSPerMillionMessages }) => serverCpuSPerMillionMessages),
    ingressUs: of((result) => usPerMessage(result, 'ingress')),
    redisUs: of((result) => usPerMessage(result, 'redis')),
    edgeUs: of((result) => usPerMessage(result, 'edge') / edges),
    p99Ms: of(({ delivery }) => delivery.p99Ms),
    delivered: Math.min(...all.map(({ result }) => result.delivered)),
    turns: counted.length,
    disturbedTurns: all.length - calm.length,
    limits: [...new Set(counted.flatMap(({ result }) => result.limits))],
    times: null,
  };
};

const usPerMessage = ({ coresByRole, acceptedPerS }: TurnResult, role: string): number => {
  const { user, kernel } = coresByRole[role] ?? { user: 0, kernel: 0 };
  return ((user + kernel) / acceptedPerS) * 1e6;
};

const columns: readonly Column<CostRow>[] = [
  { title: 'edges', cell: ({ edges }) => String(edges) },
  { title: 'rooms', cell: ({ rooms }) => String(rooms) },
  { title: 'partitions', cell: ({ partitions }) => String(partitions) },
  { title: 'CPU-µs a message', cell: ({ totalUs }) => totalUs.toFixed(0) },
  { title: '× first', cell: ({ times }) => formatTimes(times?.total) },
  { title: 'ingress', cell: ({ ingressUs }) => ingressUs.toFixed(0) },
  { title: 'Redis', cell: ({ redisUs }) => redisUs.toFixed(0) },
  { title: 'each edge', cell: ({ edgeUs }) => edgeUs.toFixed(0) },
  { title: '× first', cell: ({ times }) => formatTimes(times?.edge) },
  { title: 'p99 ms', cell: ({ p99Ms }) => formatMs(p99Ms) },
  { title: 'messages/s', cell: ({ messagesPerS }) => messagesPerS.toFixed(0) },
  { title: 'limit', isWordy: true, cell: ({ limits }) => limits.join(', ') || '-' },
  { title: 'turns', cell: formatTurns },
];

export const renderCost = (rows: readonly CostRow[]): string => renderTable(columns, rows);
