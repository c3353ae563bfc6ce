/** All systems that can be measured, by the name that `--peers` takes. */
import type { StartContender } from './contender.ts';
import { startNchan } from './nchan.ts';
import {
  startFastify,
  startMinimal,
  startMinimalLong,
  startSocketIo,
  startSocketIoStreams,
  startUws,
  startWs,
} from './peer.ts';
import { startSwitchboard } from './switchboard.ts';

export const contenders: ReadonlyMap<string, StartContender> = new Map([
  ['switchboard', startSwitchboard],
  ['minimal', startMinimal],
  ['minimal-long', startMinimalLong],
  ['uws', startUws],
  ['ws', startWs],
  ['nchan', startNchan],
  ['fastify', startFastify],
  ['socket.io', startSocketIo],
  ['socket.io-streams', startSocketIoStreams],
]);
