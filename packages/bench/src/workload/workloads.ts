/** All workloads, by the name that the command line takes. */
import { cuts } from './cuts.ts';
import { fanOut } from './fan-out.ts';
import { presence } from './presence.ts';
import { overload } from './overload.ts';
import { storm } from './storm.ts';
import type { Workload } from './workload.ts';

export const workloads: ReadonlyMap<string, Workload> = new Map([
  ['fan-out', fanOut],
  ['storm', storm],
  ['cuts', cuts],
  ['presence', presence],
  ['overload', overload],
]);
