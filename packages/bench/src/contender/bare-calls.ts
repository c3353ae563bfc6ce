/** No system at all: as many processes as a cluster has edges, which make the call of a hook and nothing else. */
import { startBenchProcess } from '../child-process.ts';
import { callProcess } from '../load/call.ts';
import type { CallerMethods } from '../load/caller-process.ts';
import type { Flow } from '../load/flow.ts';
import { shareOfLoad } from '../load/load-share.ts';
import { sum } from '../load/sum.ts';
import type { Contender } from './contender.ts';

const program = new URL('../load/caller-process.ts', import.meta.url);
const edges = 2;

export interface BareCalls extends Contender {
  /** What is measured is also what makes the load. */
  flow: Flow;
}

export const startBareCalls = (name: string, url: string): BareCalls => {
  const processes = Array.from({ length: edges }, () => startBenchProcess(program));
  const callers = processes.map(({ child }) =>
    callProcess<CallerMethods>(child, ['start', 'take', 'stop']),
  );
  const flow: Flow = {
    processes: [],
    copies: 0,
    reopen: () => Promise.resolve(),
    start: async (load) => {
      const starts = callers.map(({ start }, index) =>
        start({ load: shareOfLoad(load, index, edges), url }),
      );
      await Promise.all(starts);
    },
    take: async () => ({
      published: await Promise.all(callers.map(({ take }) => take())),
      received: [],
    }),
    stop: async () => {
      const all = await Promise.all(callers.map(({ stop }) => stop()));
      return { accepted: sum(all.map(({ accepted }) => accepted)) };
    },
    deliveries: () => Promise.resolve(0),
    takeLosses: () => Promise.resolve({}),
  };
  return {
    name,
    processes: processes.map(({ pid }) => ({ role: 'caller', pid })),
    publish: { ports: [], headers: '' },
    subscribers: () => Promise.reject(new Error('bare calls hold no sockets')),
    flow,
    stop: async () => void (await Promise.all(processes.map(({ stop }) => stop()))),
  };
};
