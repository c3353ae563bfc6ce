/** How much CPU processes and the machine use between two moments. */
import { readFile } from 'node:fs/promises';
import { parseMachineCpu, parseProcessCpu, type MachineCpu, type ProcessCpu } from './proc-stat.ts';

export interface Measured {
  role: string;
  pid: number;
}

export interface CpuUse {
  elapsedS: number;
  /** CPU-seconds of each process, in the order in which they were given. */
  processes: readonly (Measured & ProcessCpu)[];
  machine: MachineCpu;
}

/** Of all processes together. */
export const cpuSecondsOf = ({ processes }: Pick<CpuUse, 'processes'>): number =>
  processes.reduce((total, { userS, kernelS }) => total + userS + kernelS, 0);

/** Starts to measure; the returned function gives the use from then on. */
export const meterCpu = async (processes: readonly Measured[]): Promise<() => Promise<CpuUse>> => {
  const before = await sample(processes);
  return async () => {
    const after = await sample(processes);
    return {
      elapsedS: (after.atMs - before.atMs) / 1000,
      processes: processes.map((measured, index) => ({
        ...measured,
        userS: after.cpu[index]!.userS - before.cpu[index]!.userS,
        kernelS: after.cpu[index]!.kernelS - before.cpu[index]!.kernelS,
      })),
      machine: subtract(after.machine, before.machine),
    };
  };
};

const sample = async (processes: readonly Measured[]) => ({
  atMs: performance.now(),
  cpu: await Promise.all(processes.map(({ pid }) => readProcessCpu(pid))),
  machine: parseMachineCpu(await readFile('/proc/stat', 'utf8')),
});

/** A process that is gone fails the measurement: its share would be missing from the sum. */
const readProcessCpu = async (pid: number): Promise<ProcessCpu> =>
  parseProcessCpu(await readFile(`/proc/${pid}/stat`, 'utf8'));

const subtract = (after: MachineCpu, before: MachineCpu): MachineCpu => ({
  busyS: after.busyS - before.busyS,
  idleS: after.idleS - before.idleS,
  stolenS: after.stolenS - before.stolenS,
});
