/** How much of the logs and memories is kept. */
export interface LogLimits {
  /** Events kept per room. */
  readonly roomMaxEntries: number;
  /** Bytes of events kept per room: 500 events of 16 KiB in each room would be too much. */
  readonly roomMaxBytes: number;
  readonly roomMaxAgeMs: number;
  /** Events kept per partition for `/broadcast`. */
  readonly feedMaxEntries: number;
  readonly feedMaxBytes: number;
  readonly feedMaxAgeMs: number;
  /** A log may exceed its count by this many: trimming works in slices. */
  readonly trimSlack: number;
  /** First answers are kept this long. */
  readonly onceMs: number;
  /** Messages are known (type, duplicate check) for this long. */
  readonly memoryMs: number;
  /** A chat's state outlives its log by far. */
  readonly stateMs: number;
  /** Live events that may wait while a follower reads the log; beyond, its position is lost. */
  readonly pendingMaxEvents: number;
  /** Events per read of a log. */
  readonly readMaxEvents: number;
  /** A log is quiet after this long without an event, and is compared with its stream after twice this. */
  readonly quietMs: number;
}

const HOUR_MS = 3_600_000;

export const defaultLogLimits: LogLimits = {
  roomMaxEntries: 500,
  roomMaxBytes: 2 * 1024 * 1024,
  roomMaxAgeMs: 24 * HOUR_MS,
  feedMaxEntries: 20_000,
  feedMaxBytes: 32 * 1024 * 1024,
  feedMaxAgeMs: 10 * 60_000,
  trimSlack: 64,
  onceMs: 24 * HOUR_MS,
  memoryMs: 24 * HOUR_MS,
  stateMs: 30 * 24 * HOUR_MS,
  pendingMaxEvents: 10_000,
  readMaxEvents: 200,
  quietMs: 10_000,
};
