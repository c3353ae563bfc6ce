import { z } from 'zod';
import { type Scalars, defaultScalars, emptyArray } from '../scalars.ts';

export function namedSchema(s: Scalars) {
  return z.looseObject({ id: s.id, name: z.string().nullish() });
}

const normalList = z.array(z.object({ id: z.string(), name: z.string().nullish() })).nullable();
const normalSources = z.object({ widgets: normalList, departments: normalList });

/**
 * Which chats are pushed to an operator. `null` or absent = all, `[]` = none; this is not a
 * permission. The whole value as `[]` means none of both.
 */
export function sourcesSchema(s: Scalars) {
  const list = z.array(z.object({ id: s.id, name: z.string().nullish() })).nullish();
  const object = z.object({ widgets: list, departments: list });
  return z
    .union([object, emptyArray], { error: 'must be an object' })
    .transform((value) => (Array.isArray(value) ? NOTHING : withNulls(value)))
    .pipe(normalSources)
    .meta({
      title: 'Sources',
      description: 'Which chats are pushed to an operator: null = all, [] = none',
    });
}

const NOTHING: { widgets: []; departments: [] } = { widgets: [], departments: [] };

function withNulls<T>(value: { widgets?: T; departments?: T }) {
  return { widgets: value.widgets ?? null, departments: value.departments ?? null };
}

export const sources = sourcesSchema(defaultScalars);
export type Sources = z.output<typeof sources>;
