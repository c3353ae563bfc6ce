/** Reads a log: a stream, the hash that holds its newest position, and the channel of its live copies. */
import type { ChainedEvent, LogPage } from './chain.ts';
import { decodeMeta } from './envelope.ts';
import { compareScript, readAtScript, readBackScript, readScript } from './read.lua.ts';
import { isPosition, streamId } from './position.ts';
import { within } from '../redis/call.ts';
import { type RedisCommands, defineScript } from '../redis/script.ts';

export interface LogKeys {
  readonly stream: string;
  readonly state: string;
  readonly channel: string;
}

export interface LogReader {
  /** The events after a position and the newest position. @throws BusUnavailable */
  after(log: LogKeys, position: string, maxEvents: number): Promise<LogPage>;
  /** From the oldest that is kept. @throws BusUnavailable */
  oldest(log: LogKeys, maxEvents: number): Promise<LogPage>;
  /** Events before a position (from the newest when undefined), newest first. @throws BusUnavailable */
  before(log: LogKeys, position: string | undefined, maxEvents: number): Promise<LogPage>;
  /** The event whose stream id is that of a position, if it is kept. @throws BusUnavailable */
  at(log: LogKeys, position: string): Promise<LogPage>;
  /** The indexes of the followed logs of one partition that are not at the given position. @throws BusUnavailable */
  behind(logs: readonly LogKeys[], positions: readonly string[]): Promise<number[]>;
}

type Entry = [id: string, fields: string[]];
type PageReply = [newest: string, entries: Entry[]];

const read = defineScript<[string, number], PageReply>('sbRead', 2, readScript);
const readBack = defineScript<[string, number], PageReply>('sbReadBack', 2, readBackScript);
const readAt = defineScript<[string], PageReply>('sbReadAt', 2, readAtScript);
const compare = defineScript<string[], number[]>('sbCompare', 'any', compareScript);

const FRAME_TAIL = '","data":';

export function createLogReader(redis: RedisCommands, deadlineMs: number): LogReader {
  const page = async (reply: Promise<PageReply>, maxEvents: number): Promise<LogPage> => {
    const [told, entries] = await within(deadlineMs, reply);
    // One that was tampered with continues nothing: who follows it is told that its position is lost.
    const newest = isPosition(told) ? told : '0';
    const events = entries.map(decodeEntry);
    return { newest, events, more: entries.length === maxEvents && !reaches(events, newest) };
  };
  return {
    after: (log, position, max) =>
      page(read.run(redis, [log.stream, log.state], [startId(position), max]), max),
    oldest: (log, max) => page(read.run(redis, [log.stream, log.state], ['-', max]), max),
    before: (log, position, max) =>
      page(
        readBack.run(
          redis,
          [log.stream, log.state],
          [position === undefined ? '+' : streamId(position), max],
        ),
        max,
      ),
    at: (log, position) =>
      page(readAt.run(redis, [log.stream, log.state], [streamId(position)]), 1),
    behind: async (logs, positions) => {
      const states = logs.map((log) => log.state);
      const indexes = await within(deadlineMs, compare.run(redis, states, [...positions]));
      return indexes.map((index) => index - 1);
    },
  };
}

function reaches(events: readonly ChainedEvent[], newest: string): boolean {
  return events.at(-1)?.position === newest;
}

/** Position `0` is before everything. */
function startId(position: string): string {
  return position === '0' ? '-' : streamId(position);
}

function decodeEntry([id, fields]: Entry): ChainedEvent {
  const field = fieldsOf(fields);
  const position = `${id}.${field['nonce'] ?? ''}`;
  const join = (data: string) =>
    Buffer.from(`${field['head'] ?? ''}${position}${FRAME_TAIL}${data}}`);
  return {
    ...decodeMeta((field['meta'] ?? '').split(' '), join(field['data'] ?? '')),
    previous: field['previous'] ?? '',
    position,
    ...(field['clientsData'] !== undefined && { clientsFrame: join(field['clientsData']) }),
  };
}

function fieldsOf(flat: readonly string[]): Partial<Record<string, string>> {
  const fields: Record<string, string> = Object.create(null);
  for (let i = 0; i + 1 < flat.length; i += 2) fields[flat[i] as string] = flat[i + 1] as string;
  return fields;
}
