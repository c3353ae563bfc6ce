/** The table of environment variables of a README, generated from the schema that reads them. */
import type { z } from 'zod';
import { readMeta } from './variable-meta.ts';

/** A Markdown table with one row per variable, in the order of the schema. */
export const renderConfigTable = (schema: z.ZodObject): string => {
  const rows = Object.entries(schema.shape).map(([name, field]) => row(name, field as z.ZodType));
  return ['| variable | meaning | unit | default |', '|---|---|---|---|', ...rows, ''].join('\n');
};

const row = (name: string, field: z.ZodType): string => {
  const { description = '', unit = '', default: fallback } = readMeta(field);
  return `| \`${name}\` | ${cell(description)} | ${cell(unit)} | ${defaultCell(field, fallback)} |`;
};

const defaultCell = (field: z.ZodType, fallback: string | undefined): string => {
  if (fallback !== undefined && fallback !== '') return `\`${cell(fallback)}\``;
  return field.safeParse(undefined).success ? '(none)' : 'required';
};

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
