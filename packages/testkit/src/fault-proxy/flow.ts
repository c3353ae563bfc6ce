/** One direction of a connection: takes bytes from one socket and gives them to the other, by the weather. */
import type { Socket } from 'node:net';
import type { Weather } from './conditions.ts';

export interface Flow {
  /** The weather has changed: goes on with what waits. */
  wake(): void;
  stop(): void;
}

export interface FlowOptions {
  from: Socket;
  to: Socket;
  weather: () => Weather;
  /** Sees every read before anything is done with it; false throws it away. */
  admits: (bytes: Buffer) => boolean;
}

interface Parcel {
  /** Undefined: the end of the stream. */
  bytes: Buffer | undefined;
  dueMs: number;
}

/** More than this is not taken in: the sender is to feel that nobody reads. */
const queueMaxBytes = 16 * 1024;
/** A throttled flow is given its bytes in portions of this time. */
const portionMs = 50;

export const createFlow = ({ from, to, weather, admits }: FlowOptions): Flow => {
  const queue: Parcel[] = [];
  let queuedBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const later = (ms: number) => {
    timer ??= setTimeout(() => {
      timer = undefined;
      pump();
    }, ms);
  };
  const put = (bytes: Buffer | undefined) => {
    queue.push({ bytes, dueMs: performance.now() + weather().delayMs });
    queuedBytes += bytes?.length ?? 0;
    pump();
  };
  const take = (parcel: Parcel, maxBytes: number): Buffer | undefined => {
    const { bytes } = parcel;
    if (bytes === undefined || bytes.length <= maxBytes) queue.shift();
    else parcel.bytes = bytes.subarray(maxBytes);
    const taken = bytes?.subarray(0, maxBytes);
    queuedBytes -= taken?.length ?? 0;
    return taken;
  };

  /** Gives on what is due; true when there may be more. */
  const giveOne = (): boolean => {
    const { isHeld, bytesPerS } = weather();
    const parcel = queue[0];
    if (isHeld || timer !== undefined || parcel === undefined || to.writableNeedDrain) return false;
    const earlyMs = parcel.dueMs - performance.now();
    if (earlyMs > 0) {
      later(earlyMs);
      return false;
    }
    const isThrottled = bytesPerS !== Infinity;
    const portion = isThrottled ? Math.max(1, Math.ceil((bytesPerS * portionMs) / 1000)) : Infinity;
    const bytes = take(parcel, portion);
    if (bytes === undefined) to.end();
    else to.write(bytes);
    if (isThrottled) later(portionMs);
    return true;
  };
  const pump = () => {
    if (isStopped) return;
    while (giveOne());
    if (weather().isHeld || queuedBytes >= queueMaxBytes) from.pause();
    else from.resume();
  };

  from.on('data', (bytes: Buffer) => {
    if (admits(bytes)) put(bytes);
  });
  from.on('end', () => put(undefined));
  to.on('drain', pump);
  return {
    wake: pump,
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
};
