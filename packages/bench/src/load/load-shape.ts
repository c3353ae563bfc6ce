/** How messages are offered. */
export type LoadShape =
  /** Each connection posts as soon as its last post was answered. */
  | { kind: 'closed'; connections: number }
  /** Posts are due at fixed moments, whether or not earlier ones were answered. */
  | {
      kind: 'open';
      connections: number;
      ratePerS: number;
      /**
       * Each message is from somebody else: that one was refused is nothing to the next. Latency counts from
       * the post; how long messages waited for a free connection before it is told apart.
       */
      isCrowd?: boolean;
    };

/** Far more than are needed while the system keeps up. */
const openConnectionsMax = 64;

/** No more connections than are used every two seconds: servers end those that nothing comes on. */
export const openLoop = (ratePerS: number) =>
  ({
    kind: 'open',
    connections: Math.min(openConnectionsMax, Math.ceil(ratePerS * 2)),
    ratePerS,
  }) satisfies LoadShape;

export const describeLoad = (load: LoadShape): string =>
  load.kind === 'closed' ? `${load.connections} publishers` : `${load.ratePerS} messages/s`;
