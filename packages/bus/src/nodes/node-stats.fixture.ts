/** What a node of a test tells of itself. */
import type { NodeStats } from '../contract.ts';

export const stats: NodeStats = {
  state: 'ready',
  address: '127.0.0.1:7001',
  version: 'test',
  sockets: 3,
  rooms: 2,
  loopLagMs: 1,
  followLagMs: 4,
  forwardedIgnored: 5,
  forwardedMissing: 6,
};
