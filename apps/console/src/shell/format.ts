/** How times and counts are written. */
const clockTime = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const dayTime = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const wholeDay = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});

export const formatTime = (at: string | number): string => clockTime.format(new Date(at));

export const formatDay = (at: string | number): string => wholeDay.format(new Date(at));

/** The time of day for today, the day for what is older. */
export const formatShort = (atMs: number, nowMs: number): string =>
  new Date(atMs).toDateString() === new Date(nowMs).toDateString()
    ? clockTime.format(atMs)
    : dayTime.format(atMs);

export const formatCount = (count: number): string => (count > 99 ? '99+' : String(count));

/** The first letters of the first two words. */
export const initialsOf = (name: string): string =>
  name
    .split(/\s+/u)
    .slice(0, 2)
    .map((word) => String.fromCodePoint(word.codePointAt(0) ?? 0x20))
    .join('')
    .toUpperCase();

/** Names in a row, with the verb that fits. */
export const nameAll = (
  users: readonly { readonly id: string; readonly name?: string | null | undefined }[],
): { names: string; are: 'is' | 'are' } => ({
  names: new Intl.ListFormat('en').format(users.map(({ id, name }) => name ?? id)),
  are: users.length > 1 ? 'are' : 'is',
});
