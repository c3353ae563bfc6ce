/** `Retry-After` (RFC 9110, section 10.2.3). */

/** A backend that asks for longer is asked again after this all the same. */
const retryAfterMaxMs = 24 * 3_600_000;

/**
 * How long the header asks to wait, ms within 0..24 h: seconds, or an HTTP date, which is taken relative to
 * the answer's own `Date`, so that a clock that is off does not matter. Undefined: cannot be understood.
 */
export const readRetryAfter = (
  value: string | undefined,
  date: string | undefined,
  nowMs: number,
): number | undefined => {
  if (value === undefined) return undefined;
  const waitMs = /^\d+$/u.test(value)
    ? Number(value) * 1000
    : readDateMs(value) - (readDateMs(date ?? '') || nowMs);
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), retryAfterMaxMs);
};

/** All three forms of an HTTP date begin with the day of the week; that of asctime() names no zone. */
const readDateMs = (text: string): number => {
  if (!/^(?:mon|tue|wed|thu|fri|sat|sun)/iu.test(text)) return Number.NaN;
  return Date.parse(/gmt$/iu.test(text) ? text : `${text} GMT`);
};
