/**
 * The bus: everything the apps may ask of Redis, and what they may rely on.
 *
 * GUARANTEES
 * - An append that resolves `appended` is one entry of the log, chained to the one before it, and
 *   was published to every follower. It happened exactly once, whatever was retried under its key.
 * - An append that rejects with BusUnavailable and `executed: 'no'` did not and will not happen.
 *   With `executed: 'unknown'` it may have happened, but it will not happen later than its deadline.
 * - A follow delivers every logged event after its position once and in order, or says `lost`.
 *   It never skips in silence, whatever pub/sub dropped, repeated or delayed.
 * - With an outbox, an append, a join or a leave of a kind that was chosen is in it if and only if it
 *   happened; what is in it is as safe as Redis' own writes.
 * - Ephemeral events are at most once and in no order; nothing else may be built on them.
 * - No method throws synchronously; every promise settles within its deadline.
 */
export * from './contract/append.ts';
export * from './contract/log.ts';
export * from './contract/presence.ts';
export * from './contract/nodes.ts';
export * from './contract/control.ts';
export * from './contract/rates.ts';
export * from './contract/hand-off.ts';
export * from './contract/outbox.ts';
export * from './contract/bus.ts';
