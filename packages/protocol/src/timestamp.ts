/**
 * RFC 3339 timestamps (https://www.rfc-editor.org/rfc/rfc3339#section-5.6) read into the one form
 * that is sent: UTC, milliseconds, `Z`. `Date.parse` is not used: it takes other forms too, and
 * rolls 30 February over into March.
 */
const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/u;

/** Most are in that form already: read as they are, on a day that every month has. */
const NORMAL =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/u;

const MINUTE_MS = 60_000;
const FIRST_MS = new Date('0000-01-01T00:00:00.000Z').getTime();
const LAST_MS = new Date('9999-12-31T23:59:59.999Z').getTime();

/** The instant as `2026-03-01T09:30:00.000Z`; undefined when it is no RFC 3339 timestamp. Finer fractions are cut off. */
export function normalizeTimestamp(text: string): string | undefined {
  if (NORMAL.test(text)) return text;
  const ms = instantOf(text);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function instantOf(text: string): number | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match.map(Number) as number[] & { length: 11 };
  const wallMs = wallClockMs([year!, month!, day!, hour!, minute!], second!);
  const offsetMs = offsetOf(match[8], match[9], match[10]);
  if (wallMs === undefined || offsetMs === undefined) return undefined;
  const ms = wallMs - offsetMs + Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  return ms < FIRST_MS || ms > LAST_MS ? undefined : ms;
}

/** The wall clock read as if it were UTC; undefined for a date that no calendar has. */
function wallClockMs(wall: readonly [number, number, number, number, number], second: number) {
  const [year, month, day, hour, minute] = wall;
  // A leap second is the instant after it, as POSIX clocks have it.
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.setUTCHours(hour, minute, second);
}

function offsetOf(
  sign: string | undefined,
  hours: string | undefined,
  minutes: string | undefined,
) {
  if (sign === undefined) return 0;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  return sign === '-' ? -offsetMs : offsetMs;
}
