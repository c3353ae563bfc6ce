/** What became of an overload, as a table and as a line of progress. */
import type { Losses } from '../load/load-generator.ts';
import type { LatencyReport } from '../measure/latency.ts';
import { formatDelivered, formatMs, renderTable, type Column } from './markdown-table.ts';

export interface OverloadTurn {
  contender: string;
  /** What the edges carried of what a few publishers sent as fast as they were answered, per second. */
  capacityPerS: number;
  offeredPerS: number;
  seconds: number;
  acceptedPerS: number;
  refusedPerS: number;
  /** Of what was accepted, from the post to each receipt. */
  delivery: LatencyReport;
  answer: LatencyReport;
  /** How long messages waited for a free connection of the load generator before they were posted. */
  queued: LatencyReport;
  /** Part of what was accepted that arrived at all sockets, 0 to 1. */
  delivered: number;
  /** From the end until nothing more is refused and all is on time; null: not while it was watched. */
  recoveryMs: number | null;
  /** Sockets that the server closed, by close code. */
  losses: Losses;
}

const columns: readonly Column<OverloadTurn>[] = [
  { title: 'system', isWordy: true, cell: ({ contender }) => contender },
  { title: 'carries/s', cell: ({ capacityPerS }) => capacityPerS.toFixed(0) },
  { title: 'offered/s', cell: ({ offeredPerS }) => offeredPerS.toFixed(0) },
  { title: 'accepted/s', cell: ({ acceptedPerS }) => acceptedPerS.toFixed(0) },
  { title: 'refused/s', cell: ({ refusedPerS }) => refusedPerS.toFixed(0) },
  { title: 'p50 ms', cell: ({ delivery }) => formatMs(delivery.p50Ms) },
  { title: 'p99 ms', cell: ({ delivery }) => formatMs(delivery.p99Ms) },
  { title: 'p99.9 ms', cell: ({ delivery }) => formatMs(delivery.p999Ms) },
  { title: 'max ms', cell: ({ delivery }) => formatMs(delivery.maxMs) },
  { title: 'answer p99 ms', cell: ({ answer }) => formatMs(answer.p99Ms) },
  { title: 'queued p99 ms', cell: ({ queued }) => formatMs(queued.p99Ms) },
  { title: 'delivered', cell: ({ delivered }) => formatDelivered(delivered) },
  { title: 'well after s', cell: ({ recoveryMs }) => formatRecovery(recoveryMs) },
  { title: 'closed sockets', cell: ({ losses }) => String(countOf(losses)) },
];

export const renderOverload = (turns: readonly OverloadTurn[]): string =>
  renderTable(columns, turns);

export const describeOverload = (turn: OverloadTurn): string =>
  [
    `${turn.contender}: ${turn.acceptedPerS.toFixed(0)} of ${turn.offeredPerS} messages/s accepted`,
    `p50 ${formatMs(turn.delivery.p50Ms)} ms, p99 ${formatMs(turn.delivery.p99Ms)} ms`,
    `${formatDelivered(turn.delivered)} delivered`,
    `well after ${formatRecovery(turn.recoveryMs)} s`,
  ].join(', ');

const formatRecovery = (ms: number | null): string =>
  ms === null ? 'never' : (ms / 1000).toFixed(1);

const countOf = (losses: OverloadTurn['losses']): number =>
  Object.values(losses).reduce((sum, count) => sum + count, 0);
