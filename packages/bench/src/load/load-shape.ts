/** How messages are offered. */
export type LoadShape =
  /** Each connection posts as soon as its last post was answered. */
  | { kind: 'closed'; connections: number }
  /** Posts are due at fixed moments, whether or not earlier ones were answered. */
  | { kind: 'open'; connections: number; ratePerS: number };

export const describeLoad = (load: LoadShape): string =>
  load.kind === 'closed' ? `${load.connections} publishers` : `${load.ratePerS} messages/s`;
