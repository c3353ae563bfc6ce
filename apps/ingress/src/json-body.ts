/**
 * Untrusted bytes to a JSON value, or the reason why not. Total: it never throws.
 *
 * What comes out is safe to copy (no key that changes a prototype) and is encoded again without
 * loss: a number that JavaScript cannot hold is kept as its own text. How deep it nests is for the
 * schemas to say.
 */
import { isUtf8 } from 'node:buffer';

export type JsonBody =
  | { readonly ok: true; readonly value: unknown; readonly text: string }
  | { readonly ok: false; readonly reason: string };

export function readJson(bytes: Buffer, depthMax: number): JsonBody {
  if (!isUtf8(bytes)) return { ok: false, reason: 'The body is not valid UTF-8.' };
  return readJsonText(bytes.toString('utf8'), depthMax);
}

export function readJsonText(text: string, depthMax: number): JsonBody {
  const value = parse(text);
  if (value === undefined) return { ok: false, reason: 'The body is not valid JSON.' };
  const danger = forbiddenKey.test(text) ? findDanger(value, depthMax) : undefined;
  return danger === undefined ? { ok: true, value, text } : { ok: false, reason: danger };
}

/** Either key plainly, or any escape it may hide behind: only then the walk is worth it. */
const forbiddenKey = /__proto__|constructor|\\u/u;

function parse(text: string): unknown {
  try {
    return wideNumber.test(text) ? JSON.parse(text, keepWideNumber) : JSON.parse(text);
  } catch {
    return undefined; // JSON.parse itself never gives undefined
  }
}

/** 16 digits or an exponent where a number may stand: only then the slow way is worth it. */
const wideNumber = /(?:^|[:,[\s])-?\d(?:[\d.]{15,}|[\d.]*[eE])/u;

/** The JSON source text proposal (in V8 since 11.4), which TypeScript's libraries do not have yet. */
interface JsonSourceText {
  rawJSON(text: string): unknown;
}
const { rawJSON } = JSON as unknown as JsonSourceText;

function keepWideNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return isKept(value, context.source) ? value : rawJSON(context.source);
}

/** 17 digits tell every double apart; an integer is a name as often as a number, and is kept exactly. */
function isKept(value: number, source: string): boolean {
  if (/^-?\d+$/u.test(source)) return Number.isSafeInteger(value);
  const digits = source.replace(/[eE].*$/u, '').replace(/\D/gu, '');
  const fellToZero = value === 0 && /[1-9]/u.test(digits);
  return Number.isFinite(value) && !fellToZero && digits.length <= 17;
}

/** @param levels how many levels of nesting are left */
function findDanger(value: unknown, levels: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (levels === 0) return 'The body is nested too deep.';
  return Array.isArray(value) ? findInItems(value, levels) : findInMembers(value, levels);
}

function findInItems(items: readonly unknown[], levels: number): string | undefined {
  for (const item of items) {
    const danger = findDanger(item, levels - 1);
    if (danger !== undefined) return danger;
  }
  return undefined;
}

function findInMembers(object: object, levels: number): string | undefined {
  for (const [key, member] of Object.entries(object)) {
    if (changesPrototype(key, member)) return `The body has a forbidden key: ${key}.`;
    const danger = findDanger(member, levels - 1);
    if (danger !== undefined) return danger;
  }
  return undefined;
}

function changesPrototype(key: string, member: unknown): boolean {
  if (key === '__proto__') return true;
  if (key !== 'constructor' || typeof member !== 'object' || member === null) return false;
  return Object.hasOwn(member, 'prototype');
}
