/**
 * Reads sharded messages from the bytes of a follow connection, and leaves everything else to the client.
 *
 * The client's decoder is made for any reply; a message goes through ten of its functions and four of its
 * dispatcher's, and takes ten times as long as here. What is no message is cut off whole and handed to it.
 */
import type { Redis } from 'ioredis';
import { streamOf } from './stream-of.ts';

export interface PushHandlers {
  /** Both are views on what was read. */
  readonly message: (channel: Buffer, message: Buffer) => void;
  /** One whole value that is no message, or bytes that are none at all. */
  readonly other: (bytes: Buffer) => void;
}

/** The client emits `smessageBuffer` as ever, on every connection that it makes from now on. */
export function readMessagesOf(redis: Redis): void {
  redis.on('connect', () => readBefore(redis));
}

/** At `connect` the client listens already and nothing has been read: the first value begins with the first byte. */
function readBefore(redis: Redis): void {
  const stream = streamOf(redis);
  const clients = stream.listeners('data') as ((bytes: Buffer) => void)[];
  const reader = new PushReader({
    message: (channel, message) => void redis.emit('smessageBuffer', channel, message),
    other(bytes) {
      for (const read of clients) read.call(stream, bytes);
    },
  });
  for (const read of clients) stream.off('data', read);
  stream.on('data', (chunk: Buffer) => reader.write(chunk));
}

const MESSAGE_HEAD = Buffer.from('>3\r\n$8\r\nsmessage\r\n$');
const CARRIAGE_RETURN = 0x0d;
const ZERO = 0x30;
const LINE_END_BYTES = 2;

export class PushReader {
  private readonly handlers: PushHandlers;
  /** The beginning of a value whose end has not come. */
  private rest: Buffer | undefined;
  /** Where `readLength` has come to. */
  private cursor = 0;

  constructor(handlers: PushHandlers) {
    this.handlers = handlers;
  }

  /** Takes what was read, cut anywhere. */
  write(chunk: Buffer): void {
    const bytes = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = undefined;
    let at = 0;
    while (at < bytes.length) {
      const end = isMessage(bytes, at) ? this.readMessage(bytes, at) : this.readOther(bytes, at);
      if (end === undefined) {
        this.rest = bytes.subarray(at);
        return;
      }
      at = end;
    }
  }

  private readMessage(bytes: Buffer, at: number): number | undefined {
    const channelBytes = this.readLength(bytes, at + MESSAGE_HEAD.length);
    const channelStart = this.cursor;
    const channelEnd = channelStart + channelBytes;
    // Behind the channel: the end of its line, and the type of what follows.
    const messageBytes = this.readLength(bytes, channelEnd + LINE_END_BYTES + 1);
    const messageEnd = this.cursor + messageBytes;
    // NaN of a length that is not whole makes this false, too.
    if (!(messageEnd + LINE_END_BYTES <= bytes.length)) return undefined;
    this.tell(bytes.subarray(channelStart, channelEnd), bytes.subarray(this.cursor, messageEnd));
    return messageEnd + LINE_END_BYTES;
  }

  /** A handler that throws is a bug, and no reason to read on from the wrong place. */
  private tell(channel: Buffer, message: Buffer): void {
    try {
      this.handlers.message(channel, message);
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  }

  private readOther(bytes: Buffer, at: number): number | undefined {
    const end = endOfValue(bytes, at);
    if (end === undefined || end > bytes.length) return undefined;
    this.handlers.other(bytes.subarray(at, end));
    return end;
  }

  /** The number in a line that has begun; NaN when its end has not come. */
  private readLength(bytes: Buffer, from: number): number {
    let length = 0;
    let at = from;
    for (; bytes[at] !== CARRIAGE_RETURN; at += 1) {
      if (!(at < bytes.length)) return Number.NaN;
      length = length * 10 + (bytes[at] as number) - ZERO;
    }
    this.cursor = at + LINE_END_BYTES;
    return length;
  }
}

function isMessage(bytes: Buffer, at: number): boolean {
  for (let index = 0; index < MESSAGE_HEAD.length; index += 1) {
    if (bytes[at + index] !== MESSAGE_HEAD[index]) return false;
  }
  return true;
}

/** Values that end with their line, those of so many bytes, and those of so many values. */
const LINES = '+-:_#,(';
const BLOBS = '$=!';
const LISTS: Readonly<Record<string, number>> = { '*': 1, '~': 1, '>': 1, '%': 2, '|': 2 };

/** Where the value at `at` ends (it may not have come yet); undefined when that cannot be told yet. */
function endOfValue(bytes: Buffer, at: number): number | undefined {
  const type = String.fromCharCode(bytes[at] ?? 0);
  const perItem = LISTS[type];
  // No value: the client finds that out, and makes a new connection.
  if (at < bytes.length && perItem === undefined && !LINES.includes(type) && !BLOBS.includes(type))
    return bytes.length;
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd < 0) return undefined;
  const next = lineEnd + LINE_END_BYTES;
  if (LINES.includes(type)) return next;
  const length = Number(bytes.toString('latin1', at + 1, lineEnd));
  if (perItem === undefined) return length < 0 ? next : next + length + LINE_END_BYTES;
  return endOfList(bytes, next, length * perItem);
}

function endOfList(bytes: Buffer, at: number, items: number): number | undefined {
  let end: number | undefined = at;
  for (let item = 0; item < items && end !== undefined; item += 1) {
    end = end < bytes.length ? endOfValue(bytes, end) : undefined;
  }
  return end;
}
