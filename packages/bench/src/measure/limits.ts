/** Says what held a measurement back: a figure counts only when the reader knows whose limit it is. */
import { cpuSecondsOf, type CpuUse } from './cpu-meter.ts';

const fullProcessCores = 0.9;
const fullMachineIdle = 0.05;
const disturbingCores = 0.15;

export const findLimits = (servers: CpuUse, generator: CpuUse, strangersS: number): string[] => {
  const limits = [
    ...fullRoles(generator).map((role) => `load generator (${role})`),
    ...fullRoles(servers),
  ];
  if (isMachineFull(servers)) limits.push('all cores');
  if (isDisturbed({ strangersCores: strangersS / servers.elapsedS })) limits.push('other programs');
  return limits;
};

/** Whether programs that have nothing to do with the bench took too much of the machine. */
export const isDisturbed = ({ strangersCores }: { strangersCores: number }): boolean =>
  strangersCores > disturbingCores;

/** CPU-seconds that the machine worked beyond the bench; what the hypervisor took counts too. */
export const strangersSecondsOf = (servers: CpuUse, generator: CpuUse): number => {
  const { busyS, stolenS } = servers.machine;
  return Math.max(0, busyS + stolenS - cpuSecondsOf(servers) - cpuSecondsOf(generator));
};

/** Our processes run one event loop each: at 0.9 cores it has next to no room. */
const fullRoles = ({ processes, elapsedS }: CpuUse): string[] => {
  const full = processes.filter(
    ({ userS, kernelS }) => (userS + kernelS) / elapsedS >= fullProcessCores,
  );
  return [...new Set(full.map(({ role }) => role))];
};

const isMachineFull = ({ machine }: CpuUse): boolean =>
  machine.idleS / (machine.idleS + machine.busyS + machine.stolenS) < fullMachineIdle;
