/**
 * The control log: chained and followed like any other, so that no revocation is lost. Its events
 * are payloads without a frame around them: they never leave the cluster.
 */
import type { BusEvent, Follow, FollowListener } from '../contract.ts';
import { encodeMeta } from './envelope.ts';
import type { FollowKeeper } from './follow-keeper.ts';
import type { LogKeys } from './log-reader.ts';
import { createNonces } from './nonce.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import { type RedisCommands, defineScript } from '../redis/script.ts';

export interface ControlLog {
  /**
   * Appends a payload (encoded JSON object). Resolves to the event's id. @throws BusUnavailable
   * @param markKey gets the time of it, in the same step: ms of Redis' clock, kept for 30 days
   */
  append(payload: string, markKey?: string): Promise<string>;
  /** An event's frame is its payload. */
  follow(listener: FollowListener): Follow;
}

const KEPT_COMMANDS = 10_000;
const MARK_KEPT_MS = 30 * 24 * 3_600_000;
const HEAD = '{"position":"';
const TAIL = '","data":';

/** KEYS stream (and, under the same name, channel), state, perhaps mark · ARGV nonce, meta, payload */
const appendScript = defineScript<[string, string, string], string>(
  'sbControl',
  'any',
  `
local previous = redis.call('HGET', KEYS[2], 'position') or '0'
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ${KEPT_COMMANDS}, '*',
  'previous', previous, 'nonce', ARGV[1], 'meta', ARGV[2], 'head', '${HEAD}', 'data', ARGV[3])
local position = id .. '.' .. ARGV[1]
redis.call('HSET', KEYS[2], 'position', position)
if KEYS[3] then redis.call('SET', KEYS[3], string.match(id, '^%d+'), 'PX', ${MARK_KEPT_MS}) end
local frame = '${HEAD}' .. position .. '${TAIL}' .. ARGV[3] .. '}'
redis.call('SPUBLISH', KEYS[1], previous .. ' ' .. position .. ' ' .. ARGV[2] .. ' ' .. #frame .. '\\n' .. frame)
return position
`,
);

export interface ControlLogDependencies {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly keeper: FollowKeeper;
  readonly newEventId: () => string;
  readonly deadlineMs: number;
}

export function createControlLog({
  redis,
  keys,
  keeper,
  newEventId,
  deadlineMs,
}: ControlLogDependencies): ControlLog {
  const log: LogKeys = {
    stream: keys.control(),
    state: keys.controlState(),
    channel: keys.control(),
  };
  const nonce = createNonces();
  return {
    async append(payload, markKey) {
      const eventId = newEventId();
      const meta = encodeMeta({ eventId, event: 'control' }, 'all', undefined);
      const logKeys = [log.stream, log.state, ...(markKey === undefined ? [] : [markKey])];
      await within(deadlineMs, appendScript.run(redis, logKeys, [nonce(), meta, payload]));
      return eventId;
    },
    follow: (listener) =>
      keeper.follow(log, { ...listener, event: (event) => listener.event(withPayload(event)) }),
  };
}

function withPayload(event: BusEvent): BusEvent {
  const frame = Buffer.from(event.frame.buffer, event.frame.byteOffset, event.frame.byteLength);
  const start = frame.indexOf(TAIL) + TAIL.length;
  return { ...event, frame: frame.subarray(start, frame.length - 1) };
}
