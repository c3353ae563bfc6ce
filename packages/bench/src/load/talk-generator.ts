/** Talk in rooms as the bench sees it: processes that hold the clients. */
import { startBenchProcess } from '../child-process.ts';
import { callProcess, type Remote } from './call.ts';
import type { Flow } from './flow.ts';
import type { LoadShape } from './load-shape.ts';
import { addCounts, sum } from './sum.ts';
import type { TalkMethods, TalkOrder } from './talk-process.ts';

const program = new URL('./talk-process.ts', import.meta.url);

export interface TalkGenerator {
  /** Resolves when all are in. */
  open(order: TalkOrder): Promise<void>;
  /** `copies`: how many get each message. */
  flow(copies: number): Flow;
  stop(): Promise<void>;
}

export const startTalkGenerator = (holderCount: number): TalkGenerator => {
  const processes = Array.from({ length: holderCount }, () => startBenchProcess(program));
  const holders = processes.map(({ child }) => callProcess<TalkMethods>(child, methodNames));
  const each = <T>(ask: (holder: Remote<TalkMethods>, index: number) => Promise<T>) =>
    Promise.all(holders.map(ask));
  return {
    open: async (order) =>
      void (await each(({ open }, at) => open(shareOf(order, at, holderCount)))),
    flow: (copies) => ({
      processes: processes.map(({ pid }) => ({ role: 'talker', pid })),
      copies,
      reopen: async () => void (await each(({ reopen }) => reopen())),
      start: async (load) =>
        void (await each(({ start }, index) => start(loadOf(load, index, holderCount)))),
      take: async () => ({
        received: await each(({ takeReceived }) => takeReceived()),
        published: await each(({ takeSaid }) => takeSaid()),
      }),
      stop: async () => {
        const all = await each(({ stop }) => stop());
        return { accepted: sum(all.map(({ accepted }) => accepted)) };
      },
      deliveries: async () => sum(await each(({ total }) => total())),
      takeLosses: async () => addCounts(await each(({ takeLosses }) => takeLosses())),
    }),
    stop: async () => void (await Promise.all(processes.map(({ stop }) => stop()))),
  };
};

const methodNames = [
  'open',
  'reopen',
  'start',
  'takeSaid',
  'takeReceived',
  'stop',
  'total',
  'takeLosses',
] as const;

const shareOf = (order: TalkOrder, holder: number, holders: number): TalkOrder => {
  const own = <T>(items: readonly T[]) => items.filter((_, index) => index % holders === holder);
  const { clients, operators, run } = order;
  const mine = { clients: own(clients), operators: own(operators), run: `${run}${holder}` };
  return { ...order, ...mine };
};

/** The whole is shared out to the last message. */
const loadOf = (load: LoadShape, holder: number, holders: number): LoadShape =>
  load.kind === 'open'
    ? { ...load, ratePerS: load.ratePerS / holders }
    : { ...load, connections: Math.floor((load.connections + holder) / holders) };
