export * from './contract.ts';
export { LayoutMismatch } from './layout.ts';
export { decodeRouting } from './log/routing.ts';
export { openBus } from './open-bus.ts';
export { topologyProblem } from './redis/topology.ts';
