/**
 * Density: sockets that nobody says anything on. What each of them takes, how fast they come, and what it costs
 * to keep them. The contenders come one after the other: memory of the kernel cannot be told apart.
 */
import type { StartContender } from '../contender/contender.ts';
import { drawDensity } from '../report/charts.ts';
import { describeDensity, renderDensity, summarizeDensity } from '../report/density-table.ts';
import { unlessAborted } from '../stop-request.ts';
import { takeDensityTurn, type DensityScale, type DensityTurn } from './density-turn.ts';
import type { Workload, WorkloadSetting } from './workload.ts';

export const density: Workload = {
  about: '15 000 idle sockets: memory of each, connects/s, CPU of pings',
  peers: ['switchboard', 'minimal', 'ws', 'nchan', 'socket.io'],
  furtherPeers: ['uws', 'socket.io-streams'],
  brief: { sockets: 4000, seconds: 8 },
  file: 'density',
  run: async (setting) => {
    const { asked, isBrief } = setting.options;
    const scale = {
      sockets: asked.sockets ?? 15_000,
      seconds: asked.seconds ?? 45,
      rounds: asked.rounds ?? 1,
      kinds: isBrief ? (['chat'] as const) : (['chat', 'broadcast'] as const),
    };
    const turns: DensityTurn[] = [];
    for (let round = 1; round <= scale.rounds; round += 1) {
      for (const kind of scale.kinds) {
        for (const start of setting.contenders) {
          turns.push(await runOne(start, { ...scale, kind }, setting));
        }
      }
    }
    const rows = summarizeDensity(turns);
    const charts = { chart: drawDensity(rows) };
    return { scale, rows, turns, table: renderDensity(rows), charts };
  },
};

const socketsPerNode = 15_000;

const runOne = async (
  start: StartContender,
  scale: DensityScale,
  { signal, say }: WorkloadSetting,
): Promise<DensityTurn> => {
  signal.throwIfAborted();
  const nodes = Math.max(2, Math.ceil(scale.sockets / socketsPerNode));
  const contender = await start(signal, nodes);
  try {
    say(`${contender.name}: ${scale.sockets} sockets on /${scale.kind}`);
    const turn = await unlessAborted(takeDensityTurn(contender, scale, signal), signal);
    say(describeDensity(turn));
    return turn;
  } finally {
    await contender.stop();
  }
};
