export * from './contract.ts';
export { createKeys, decodeId, encodeId, type Keys } from './redis/keys.ts';
export { decodeRouting, encodeRouting } from './log/routing.ts';
export { openBus } from './open-bus.ts';
