/** Reads the CPU counters of Linux: proc(5), `/proc/<pid>/stat` and `/proc/stat`. */

/** `USER_HZ`: what these files count in, on every architecture that Node runs on. */
const ticksPerS = 100;

/** CPU-seconds that a process has used, all its threads together. */
export interface ProcessCpu {
  userS: number;
  kernelS: number;
}

export const parseProcessCpu = (stat: string): ProcessCpu => {
  // The name, in parentheses, may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { userS: Number(fields[11]) / ticksPerS, kernelS: Number(fields[12]) / ticksPerS };
};

export interface MachineCpu {
  /** CPU-seconds spent working, by whomever. */
  busyS: number;
  idleS: number;
  /** CPU-seconds that the hypervisor gave to others. */
  stolenS: number;
}

export const parseMachineCpu = (stat: string): MachineCpu => {
  const line = stat.slice(0, stat.indexOf('\n')).split(/\s+/).slice(1).map(Number);
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] =
    line;
  return {
    busyS: (user + nice + system + irq + softIrq) / ticksPerS,
    idleS: (idle + ioWait) / ticksPerS,
    stolenS: steal / ticksPerS,
  };
};
