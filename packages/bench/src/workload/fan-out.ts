/** Fan-out: every message goes to every one of many `/broadcast` sockets. */
import type { Asked } from '../bench-options.ts';
import type { Contender } from '../contender/contender.ts';
import { createPostFlow } from '../load/flow.ts';
import { startLoadGenerator } from '../load/load-generator.ts';
import { openLoop, type LoadShape } from '../load/load-shape.ts';
import { drawDeliveries } from '../report/charts.ts';
import { renderBackground, renderResults } from '../report/delivery-table.ts';
import { formatCount } from '../report/markdown-table.ts';
import { summarize } from '../report/summary.ts';
import { runRounds, type OpenedLoad } from './rounds.ts';
import type { Turn } from './turn.ts';
import type { Outcome, Workload, WorkloadSetting } from './workload.ts';

export const fanOut: Workload = {
  about: 'every message to each of 1 000 sockets: as fast as it goes, and at fixed rates',
  peers: ['switchboard', 'minimal', 'uws', 'ws', 'nchan', 'socket.io'],
  furtherPeers: ['minimal-long'],
  brief: { publishers: [32], rates: [500], rounds: 1, seconds: 4 },
  file: 'fan-out',
  run: (setting) => runFanOut(setting, setting.options.asked),
};

/** Also for workloads that are a fan-out with other defaults. */
export const runFanOut = async (
  setting: WorkloadSetting,
  asked: Asked,
  warmUpLoad?: LoadShape,
): Promise<Outcome> => {
  const { options, contenders, signal, say } = setting;
  const scale = {
    subscribers: asked.subscribers ?? 1000,
    chats: asked.chats ?? 256,
    seconds: asked.seconds ?? 5,
    rounds: asked.rounds ?? 2,
    loads: listLoads(asked),
  };
  const openLoad = (contender: Contender) =>
    openSubscribers(contender, { ...scale, receivers: options.receivers, say });
  const rounds = { options, contenders, ...scale, signal, say, openLoad, describe, warmUpLoad };
  const turns = await runRounds(rounds);
  const rows = summarize(turns);
  const table = `${renderResults(rows)}\n\n${renderBackground(rows)}`;
  const subtitle = `Every message to each of ${formatCount(scale.subscribers)} sockets on two nodes`;
  return {
    scale,
    rows,
    turns,
    table,
    charts: { chart: drawDeliveries('Fan-out', subtitle, rows) },
  };
};

const listLoads = ({ publishers = [8, 32, 128, 256], rates = [200, 500] }: Asked): LoadShape[] => {
  const loads: LoadShape[] = [
    ...publishers.map((connections) => ({ kind: 'closed', connections }) as const),
    ...rates.map(openLoop),
  ];
  if (loads.length === 0) throw new Error('neither --publishers nor --rate asks for a load');
  return loads;
};

const openSubscribers = async (
  contender: Contender,
  scale: { subscribers: number; chats: number; receivers: number; say: (line: string) => void },
): Promise<OpenedLoad> => {
  const generator = startLoadGenerator(scale.receivers);
  try {
    scale.say(`${contender.name}: opening ${scale.subscribers} sockets`);
    await generator.open(await contender.subscribers(scale.subscribers));
    const { chats, subscribers: copies } = scale;
    const flow = createPostFlow(generator, { target: contender.publish, chats, copies });
    return { flow, stop: () => generator.stop() };
  } catch (error) {
    await generator.stop();
    throw error;
  }
};

const describe = ({ result }: Turn): string[] => {
  const { deliveriesPerS, delivery, serverCpuSPerMillion } = result;
  return [
    `${(deliveriesPerS / 1e6).toFixed(3)} M/s`,
    `p50 ${delivery.p50Ms.toFixed(1)} ms, p99 ${delivery.p99Ms.toFixed(1)} ms`,
    `${serverCpuSPerMillion.toFixed(2)} CPU-s/M`,
  ];
};
