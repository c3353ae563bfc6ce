/** All workloads, by the name that the command line takes. */
import { costCurve } from './cost-curve.ts';
import { cuts } from './cuts.ts';
import { density } from './density.ts';
import { fanOut } from './fan-out.ts';
import { handOff } from './hand-off.ts';
import { ingest } from './ingest.ts';
import { rooms } from './rooms.ts';
import { presence } from './presence.ts';
import { overload } from './overload.ts';
import { single } from './single.ts';
import { storm } from './storm.ts';
import type { Workload } from './workload.ts';

export const workloads: ReadonlyMap<string, Workload> = new Map([
  ['fan-out', fanOut],
  ['single', single],
  ['rooms', rooms],
  ['ingest', ingest],
  ['density', density],
  ['cost-curve', costCurve],
  ['storm', storm],
  ['cuts', cuts],
  ['presence', presence],
  ['overload', overload],
  ['hand-off', handOff],
]);

/** What is measured when nobody names anything: together under ten minutes on two cores. */
export const briefWorkloads: readonly string[] = [...workloads]
  .filter(([, { brief }]) => brief !== undefined)
  .map(([name]) => name);
