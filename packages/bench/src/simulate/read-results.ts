/** Kept results of the bench (`docs/benchmarks/*.json`) as points of the cost model. */
import type { CostRow } from '../report/cost-table.ts';
import type { DensityRow } from '../report/density-table.ts';
import type { Result } from '../report/result-file.ts';
import type { Row } from '../report/summary.ts';
import type { Measured, MessagePoint, SocketPoint } from './measured.ts';

const ours = 'switchboard';

/** Edges that the bench starts where it does not say otherwise; each has operators in fan-out and rooms. */
const edges = 2;

/** Results of other workloads are left out. */
export const readResults = (results: readonly Result[]): Measured => ({
  messages: results.flatMap(readMessages),
  sockets: results.flatMap(readSockets),
});

const readMessages = (result: Result): MessagePoint[] => {
  const rows = result.rows as readonly Row[];
  const own = rows.filter(({ contender, acceptedPerS }) => contender === ours && acceptedPerS > 0);
  const scale = result.options as { subscribers: number; roomSize: number; operators: number };
  switch (result.workload) {
    case 'fan-out': {
      const shape = { sent: 0, copies: edges, deliveries: scale.subscribers };
      return own.map((row) => readRow(row, result, shape));
    }
    case 'rooms': {
      // Both members' edges hear the room, and all edges hear the feed.
      const copies = edges + Math.min(edges, scale.roomSize);
      const shape = { sent: 1, copies, deliveries: scale.roomSize + scale.operators };
      return own.map((row) => readRow(row, result, shape));
    }
    case 'ingest':
      return own.map((row) => readRow(row, result, { sent: 0, copies: 0, deliveries: 0 }));
    case 'cost-curve':
      return (result.rows as readonly CostRow[]).map((row) => readCost(row, result));
    default:
      return [];
  }
};

const readRow = (
  row: Row,
  { workload }: Result,
  shape: Pick<MessagePoint, 'sent' | 'copies' | 'deliveries'>,
): MessagePoint => {
  const us = (role: string) => ((row.coresByRole[role] ?? 0) / row.acceptedPerS) * 1e6;
  return {
    source: `${workload}, ${row.load}`,
    messagesPerS: row.acceptedPerS,
    ...shape,
    writes: shape.deliveries / Math.max(1, row.deliveriesPerRead),
    ingressUs: shape.sent === 1 ? 0 : us('ingress'),
    redisUs: us('redis'),
    edgesUs: us('edge'),
  };
};

/** Each delivery is a copy of its own and a write: an edge has one operator, and one client of a room. */
const readCost = (row: CostRow, { workload }: Result): MessagePoint => {
  const { copies } = row;
  return {
    source: `${workload}, ${row.edges} edges, ${row.rooms} rooms, ${row.partitions} partitions`,
    messagesPerS: row.messagesPerS,
    sent: 0,
    copies,
    writes: copies,
    deliveries: copies,
    ingressUs: row.ingressUs,
    redisUs: row.redisUs,
    edgesUs: row.edgeUs * row.edges,
  };
};

const readSockets = (result: Result): SocketPoint[] => {
  if (result.workload !== 'density') return [];
  const rows = (result.rows as readonly DensityRow[]).filter(({ contender }) => contender === ours);
  return rows.map((row) => ({
    source: `density, ${row.sockets} on /${row.kind}`,
    kind: row.kind,
    residentBytes: row.residentBytesPerSocket,
    kernelBytes: row.kernelBytesPerSocket,
    redisBytes: row.redisBytesPerSocket,
    connectUs: row.connectCpuMs,
    idleUsPerS: row.idleCoresPer100k * 10,
  }));
};
