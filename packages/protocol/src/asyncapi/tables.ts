/** The tables of PROTOCOL.md that are made of the catalogues, between markers. */
import { type CloseCode, closeCodes } from '../close-codes.ts';
import { type ErrorEntry, errors } from '../errors.ts';
import { type Limits, defaultLimits } from '../limits.ts';

const tables: Record<string, () => string> = {
  'close-codes': closeCodeTable,
  'frame-errors': () => errorTable('error'),
  'not-added': () => errorTable('messageNotAdded'),
  problems: problemTable,
  limits: limitTable,
};

/** The text with each `<!-- table:NAME -->` … `<!-- /table -->` filled anew. */
export function withTables(text: string): string {
  return text.replaceAll(
    /(<!-- table:([a-z-]+) -->\n)[^]*?(<!-- \/table -->)/gu,
    (_all, opening: string, name: string, closing: string) =>
      `${opening}${tableOf(name)}\n${closing}`,
  );
}

export const tableNames = Object.keys(tables);

function tableOf(name: string): string {
  const build = tables[name];
  if (build === undefined) throw new Error(`There is no table ${name}.`);
  return build();
}

function closeCodeTable(): string {
  const rows = Object.entries<CloseCode>(closeCodes).map(
    ([name, { code, reconnect, meaning, whatToDo }]) => [
      String(code),
      `\`${name}\``,
      reconnect ? 'yes' : 'no',
      meaning,
      whatToDo,
    ],
  );
  return table(['code', 'name', 'reconnect', 'meaning', 'what to do'], rows);
}

function errorTable(place: 'error' | 'messageNotAdded'): string {
  const rows = entriesIn(place).map(([code, { title, retryable, whatToDo }]) => [
    `\`${code}\``,
    title,
    retryable ? 'yes' : 'no',
    whatToDo,
  ]);
  return table(['code', 'meaning', 'send again', 'what to do'], rows);
}

function problemTable(): string {
  const rows = entriesIn('problem').map(([code, { status, title, retryable, whatToDo }]) => [
    String(status),
    `\`${code}\``,
    title,
    retryable ? 'yes' : 'no',
    whatToDo,
  ]);
  const byStatus = rows.toSorted(([a = ''], [b = '']) => a.localeCompare(b));
  return table(['status', 'code', 'meaning', 'call again', 'what to do'], byStatus);
}

function limitTable(): string {
  const rows = Object.keys(defaultLimits).map((name) => [
    `\`${name}\``,
    String(defaultLimits[name as keyof Limits]),
  ]);
  return table(['limit', 'default'], rows);
}

function entriesIn(place: ErrorEntry['in'][number]): [string, ErrorEntry][] {
  return Object.entries<ErrorEntry>(errors).filter(([, entry]) => entry.in.includes(place));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
