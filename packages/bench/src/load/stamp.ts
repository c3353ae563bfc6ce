/**
 * A moment inside a message's text, so that a receiver in another process can tell how old a delivery is:
 * `~t` and ten digits, microseconds of the machine's monotonic clock (they wrap after 2.7 hours).
 */

const marker = '~t';
const markerFirst = marker.charCodeAt(0);
const markerSecond = marker.charCodeAt(1);
const digits = 10;
const stampLength = marker.length + digits;
const wrapUs = 10 ** digits;
const zero = 48;

/** Microseconds that all processes of this machine count alike. */
export const monotonicUs = (): number => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + Math.floor(nanoseconds / 1000);
};

export const writeStamp = (momentUs: number): string =>
  marker + String(Math.floor(momentUs) % wrapUs).padStart(digits, '0');

/** Microseconds from a stamp to `nowUs`, across the wrap. */
export const ageUs = (stampUs: number, nowUs: number): number => {
  const age = (nowUs % wrapUs) - stampUs;
  return age < -wrapUs / 2 ? age + wrapUs : age;
};

/** Gives the stamp between `start` and `end` in microseconds, or -1 when there is none. */
export type ReadStamp = (bytes: Buffer, start: number, end: number) => number;

/** Frames of one stream differ little: the stamp is first looked for where it was last time. */
export const createStampReader = (): ReadStamp => {
  let offset = 0;
  return (bytes, start, end) => {
    let at = start + offset;
    if (!isStamp(bytes, at, end)) {
      at = bytes.indexOf(marker, start, 'latin1');
      if (at < 0 || !isStamp(bytes, at, end)) return -1;
      offset = at - start;
    }
    return readDigits(bytes, at + marker.length);
  };
};

const isStamp = (bytes: Buffer, at: number, end: number): boolean =>
  at + stampLength <= end && bytes[at] === markerFirst && bytes[at + 1] === markerSecond;

const readDigits = (bytes: Buffer, from: number): number => {
  let value = 0;
  for (let at = from; at < from + digits; at += 1) value = value * 10 + (bytes[at] ?? zero) - zero;
  return value;
};
