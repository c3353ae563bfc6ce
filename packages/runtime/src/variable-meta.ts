/** Reads a variable's documentation back from its schema, whatever it was wrapped in afterwards. */
import type { z } from 'zod';
import type { VariableMeta } from './variable.ts';

interface Wrapper {
  innerType?: z.ZodType;
  in?: z.ZodType;
}

/** The meta data of a schema; `.optional()`, `.default()`, `.refine()` and pipes are looked through. */
export const readMeta = (schema: z.ZodType | undefined): Partial<VariableMeta> => {
  if (schema === undefined) return {};
  const { innerType, in: input } = schema.def as Wrapper;
  return { ...readMeta(innerType ?? input), ...(schema.meta() as Partial<VariableMeta>) };
};
