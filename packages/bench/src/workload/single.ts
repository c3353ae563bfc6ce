/** Single: one message a second to many sockets that are idle otherwise: how long until the last one has it. */
import { openLoop } from '../load/load-shape.ts';
import { runFanOut } from './fan-out.ts';
import type { Workload } from './workload.ts';

/** As much as the slowest peer carries. */
const warmUpLoad = openLoop(5);

export const single: Workload = {
  about: 'one message a second to each of 10 000 sockets that are idle otherwise',
  peers: ['switchboard', 'minimal', 'ws', 'nchan', 'socket.io'],
  furtherPeers: ['uws'],
  file: 'single',
  run: (setting) => {
    const { asked } = setting.options;
    const ask = {
      ...asked,
      subscribers: asked.subscribers ?? 10_000,
      publishers: asked.publishers ?? [],
      rates: asked.rates ?? [1],
      seconds: asked.seconds ?? 20,
    };
    return runFanOut(setting, ask, warmUpLoad);
  },
};
