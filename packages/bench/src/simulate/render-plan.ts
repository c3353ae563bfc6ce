/** A simulation in Markdown, for people. */
import { formatCount, renderTable, type Column } from '../report/markdown-table.ts';
import type { BreakingPoint } from './breaking-points.ts';
import type { CostModel } from './cost-model.ts';
import type { Demand } from './demand.ts';
import type { SplitPlan } from './split.ts';

export interface Simulated {
  demand: Demand;
  plan: SplitPlan;
}

const none = 'not possible';

/** Of all clusters together. */
const total = ({ clusters }: SplitPlan, ofEach: number | null): string =>
  ofEach === null ? none : formatCount(clusters * ofEach);

const columns: readonly Column<Simulated>[] = [
  { title: 'visitors', cell: ({ demand }) => formatCount(demand.sockets) },
  { title: 'pools', isWordy: true, cell: ({ plan }) => plan.each.pools },
  { title: 'clusters', cell: ({ plan }) => formatCount(plan.clusters) },
  { title: 'messages/s', cell: ({ plan }) => total(plan, plan.each.messagesPerS) },
  { title: 'ingresses', cell: ({ plan }) => total(plan, plan.each.ingresses) },
  { title: 'edges', cell: ({ plan }) => total(plan, plan.each.edges.visitors) },
  {
    title: 'edges for desks',
    cell: ({ plan }) =>
      plan.each.pools === 'one' ? 'the same' : total(plan, plan.each.edges.desks),
  },
  {
    title: 'Redis shards (+ replicas)',
    cell: ({ plan }) => {
      const shards = total(plan, plan.each.redisShards);
      return `${shards} (+ ${shards})`;
    },
  },
  { title: 'partitions of each', cell: ({ plan }) => formatCount(plan.each.partitions) },
  {
    title: 'Redis Gbit/s',
    cell: ({ plan }) => ((plan.clusters * plan.each.redisEgressBytesPerS * 8) / 1e9).toFixed(2),
  },
  {
    title: 'Redis GiB',
    cell: ({ plan }) => ((plan.clusters * plan.each.redisMemoryBytes) / 2 ** 30).toFixed(1),
  },
  { title: 'cores', cell: ({ plan }) => (plan.clusters * plan.each.cores).toFixed(0) },
  {
    title: 'an edge’s loss, s',
    cell: ({ plan }) => (plan.each.recoveryS === null ? none : plan.each.recoveryS.toFixed(1)),
  },
];

export const renderPlans = (all: readonly Simulated[]): string => renderTable(columns, all);

export const renderBreakingPoints = (points: readonly BreakingPoint[]): string =>
  renderTable<BreakingPoint>(
    [
      { title: 'what is used up', isWordy: true, cell: ({ what }) => what },
      {
        title: 'at so many visitors',
        cell: ({ sockets }) => (sockets === Infinity ? 'never' : formatCount(sockets)),
      },
    ],
    points,
  );

export const renderModel = (model: CostModel): string => {
  const { chat, broadcast } = model;
  const us = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} µs`;
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
  const lines: [string, string][] = [
    ['a posted message, at ingress', us(model.ingressUs)],
    ['and to wake up for it', us(model.ingressWakeUs)],
    ['a message, in Redis', us(model.redisAppendUs)],
    ['and to wake up for it', us(model.redisWakeUs)],
    ['each copy of it to an edge, in Redis', us(model.redisCopyUs)],
    ['a message taken over a socket, at the edge', us(model.edgeTakeUs)],
    ['each copy, at the edge', us(model.edgeCopyUs)],
    ['and to wake up for it', us(model.edgeWakeUs)],
    ['each write to a socket', us(model.edgeWriteUs)],
    ['each delivery in a write', us(model.edgeDeliveryUs)],
    ['a connect to /chat, everywhere', us(chat.connectUs)],
    ['an idle /chat socket, in a second', us(chat.idleUsPerS)],
    [
      'an idle /chat socket: resident and kernel memory',
      `${kib(chat.residentBytes)} + ${kib(chat.kernelBytes)}`,
    ],
    ['the same on /broadcast', `${kib(broadcast.residentBytes)} + ${kib(broadcast.kernelBytes)}`],
  ];
  return renderTable<[string, string]>(
    [
      { title: 'what', isWordy: true, cell: ([what]) => what },
      { title: 'costs', cell: ([, costs]) => costs },
    ],
    lines,
  );
};
