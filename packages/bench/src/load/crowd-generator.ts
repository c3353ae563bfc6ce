/** A crowd and its publisher as the bench sees them: processes that hold clients, and one that posts. */
import { startBenchProcess } from '../child-process.ts';
import type { Measured } from '../measure/cpu-meter.ts';
import { callProcess, type Remote } from './call.ts';
import { noReturns, type CrowdOrder, type CutOrder, type Returns } from './crowd.ts';
import type { CrowdMethods } from './crowd-process.ts';
import { startPublisher, type Publisher } from './publisher.ts';
import type { Reconciled } from './receipts.ts';
import { addCounts, sum } from './sum.ts';

const program = new URL('./crowd-process.ts', import.meta.url);

export interface CrowdGenerator {
  processes: readonly Measured[];
  publisher: Publisher['call'];
  /** Resolves when all are in. */
  open(order: CrowdOrder): Promise<void>;
  route(ports: readonly number[]): Promise<void>;
  startCuts(order: CutOrder): Promise<void>;
  stopCuts(): Promise<void>;
  inCount(): Promise<number>;
  deliveries(): Promise<number>;
  takeReturns(): Promise<Returns>;
  takeLatency(): Promise<readonly string[]>;
  reconcile(accepted: readonly number[]): Promise<Reconciled>;
  stop(): Promise<void>;
}

export const startCrowdGenerator = (holderCount: number): CrowdGenerator => {
  const processes = Array.from({ length: holderCount }, () => startBenchProcess(program));
  const publisher = startPublisher();
  const holders = processes.map(({ child }) =>
    callProcess<CrowdMethods>(child, [
      'open',
      'route',
      'startCuts',
      'stopCuts',
      'count',
      'takeReturns',
      'takeLatency',
      'reconcile',
    ]),
  );
  const each = <T>(ask: (holder: Remote<CrowdMethods>, index: number) => Promise<T>) =>
    Promise.all(holders.map(ask));
  return {
    processes: [
      ...processes.map(({ pid }) => ({ role: 'receiver', pid })),
      { role: 'publisher', pid: publisher.pid },
    ],
    publisher: publisher.call,
    open: async (order) =>
      void (await each(({ open }, index) => open(shareOf(order, index, holderCount)))),
    route: async (ports) => void (await each(({ route }) => route(ports))),
    startCuts: async (order) => void (await each(({ startCuts }) => startCuts(order))),
    stopCuts: async () => void (await each(({ stopCuts }) => stopCuts())),
    inCount: async () => sum((await each(({ count }) => count())).map(({ inCount }) => inCount)),
    deliveries: async () =>
      sum((await each(({ count }) => count())).map(({ deliveries }) => deliveries)),
    takeReturns: async () => addReturns(await each(({ takeReturns }) => takeReturns())),
    takeLatency: () => each(({ takeLatency }) => takeLatency()),
    reconcile: async (accepted) =>
      addReconciled(await each(({ reconcile }) => reconcile(accepted))),
    stop: async () => {
      await Promise.all([...processes, publisher].map(({ stop }) => stop()));
    },
  };
};

const shareOf = (order: CrowdOrder, holder: number, holders: number): CrowdOrder => {
  const own = <T>(items: readonly T[]) => items.filter((_, index) => index % holders === holder);
  return { ...order, personas: own(order.personas), chatOf: own(order.chatOf) };
};

const addReturns = (all: readonly Returns[]): Returns =>
  all.reduce(
    (total, one) => ({
      momentsUs: total.momentsUs.concat(one.momentsUs),
      tookUs: total.tookUs.concat(one.tookUs),
      resumed: total.resumed + one.resumed,
      refused: total.refused + one.refused,
      untold: total.untold + one.untold,
      failed: addCounts([total.failed, one.failed]),
      lost: addCounts([total.lost, one.lost]),
    }),
    noReturns(),
  );

const addReconciled = (all: readonly Reconciled[]): Reconciled => ({
  due: sum(all.map(({ due }) => due)),
  delivered: sum(all.map(({ delivered }) => delivered)),
  duplicates: sum(all.map(({ duplicates }) => duplicates)),
  clientsShort: sum(all.map(({ clientsShort }) => clientsShort)),
});
