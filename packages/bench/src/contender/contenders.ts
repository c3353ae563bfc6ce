/** All systems that can be measured, by the name that `--peers` takes. */
import type { StartContender } from './contender.ts';
import { startMinimal, startSocketIo, startSocketIoStreams, startUws } from './peer.ts';
import { startSwitchboard } from './switchboard.ts';

export const contenders: ReadonlyMap<string, StartContender> = new Map([
  ['switchboard', startSwitchboard],
  ['minimal', startMinimal],
  ['uws', startUws],
  ['socket.io', startSocketIo],
  ['socket.io-streams', startSocketIoStreams],
]);
