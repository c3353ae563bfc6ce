export * from './contract.ts';
export { LayoutMismatch } from './layout.ts';
export { defaultLogLimits } from './log/log-limits.ts';
export { decodeRouting } from './log/routing.ts';
export { openBus } from './open-bus.ts';
export { sharedRead } from './redis/shared-read.ts';
export { topologyProblem } from './redis/topology.ts';
