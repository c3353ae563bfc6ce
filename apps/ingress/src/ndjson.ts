/** Lines of JSON to values, or which line is wrong. Empty lines are skipped. Total: it never throws. */
import { isUtf8 } from 'node:buffer';
import { readJsonText } from './json-body.ts';

export type NdjsonBody =
  | { readonly ok: true; readonly values: unknown[] }
  | { readonly ok: false; readonly reason: string };

export function readNdjson(bytes: Buffer, depthMax: number): NdjsonBody {
  if (!isUtf8(bytes)) return { ok: false, reason: 'The body is not valid UTF-8.' };
  const values: unknown[] = [];
  for (const [index, line] of bytes.toString('utf8').split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = readJsonText(line, depthMax);
    if (!read.ok) return { ok: false, reason: `Line ${index + 1}: ${read.reason}` };
    values.push(read.value);
  }
  return { ok: true, values };
}
