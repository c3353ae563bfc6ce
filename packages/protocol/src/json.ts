/** JSON from strangers: total parsing, depth, and keys that must not reach an object. */

import { defaultLimits } from './limits.ts';

export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  /** `tooDeep`: what it is, for its answer alone; its prototype keys are still there. */
  | { readonly ok: false; readonly tooDeep?: unknown };

/** `__proto__`, or an escape that may stand for one of its letters. Linear in any text. */
const SUSPICIOUS = /__proto__|\\u00(?:5f|6f|7[024])/iu;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The value of a JSON text without any `__proto__` key; `ok: false` for anything that is not JSON
 * in UTF-8 or nests deeper than `maxDepth`. Never throws; linear in the length of the input.
 */
export function parseJson(
  input: string | Uint8Array | ArrayBuffer,
  maxDepth = defaultLimits.jsonDepthMax,
): ParsedJson {
  try {
    const text = typeof input === 'string' ? input : decoder.decode(input);
    const value: unknown = JSON.parse(text);
    if (exceedsDepth(value, maxDepth)) return { ok: false, tooDeep: value };
    if (SUSPICIOUS.test(text)) dropPrototypeKeys(value);
    return { ok: true, value };
  } catch {
    // SyntaxError, TypeError (not UTF-8) or RangeError (nesting): all mean "not JSON that we take".
    return { ok: false };
  }
}

/** True when objects and arrays nest deeper than `maxDepth` (a scalar has depth 0). Does not recurse. */
export function exceedsDepth(value: unknown, maxDepth: number): boolean {
  let level = containersIn([value]);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > maxDepth) return true;
    level = containersOf(level);
  }
  return false;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is asked of every body: no copies of what is not a container. */
function containersOf(level: readonly object[]): object[] {
  const inner: object[] = [];
  for (const container of level) {
    for (const value of Object.values(container))
      if (typeof value === 'object' && value !== null) inner.push(value);
  }
  return inner;
}

function containersIn(values: readonly unknown[]): object[] {
  return values.filter((value) => typeof value === 'object' && value !== null);
}

function dropPrototypeKeys(root: unknown): void {
  const open = containersIn([root]);
  for (let container = open.pop(); container !== undefined; container = open.pop()) {
    if (Object.hasOwn(container, '__proto__')) Reflect.deleteProperty(container, '__proto__');
    for (const inner of containersIn(Object.values(container))) open.push(inner);
  }
}
