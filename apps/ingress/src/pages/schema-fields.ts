/** A JSON schema as a table of fields: names with dots, types in words, one row for each field. */
import { type AsyncApiDocument, lookUp, nameOf, type Schema } from './asyncapi-document.ts';

export interface Field {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

/** How deep fields within fields are listed; below, the type's name must do. */
const levelsMax = 3;

/** The fields of a payload. A schema that is known by a name is listed once, and linked where it is used. */
export function fieldsOf(document: AsyncApiDocument, schema: Schema): Field[] {
  return list(document, schema, '', levelsMax);
}

function list(document: AsyncApiDocument, schema: Schema, prefix: string, levels: number): Field[] {
  const { properties = {}, required = [] } = objectIn(document, schema);
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const row: Field = {
      path,
      type: typeOf(document, field),
      required: required.includes(name),
      description: describe(document, field),
    };
    return [row, ...nested(document, field, path, levels)];
  });
}

/** Named schemas have a section of their own, so only nameless objects are opened here. */
function nested(document: AsyncApiDocument, field: Schema, path: string, levels: number): Field[] {
  if (levels <= 1 || isNamed(document, field)) return [];
  const { items } = notNull(document, field);
  if (items === undefined) return list(document, field, `${path}.`, levels - 1);
  return nameOfSchema(document, items) === undefined
    ? list(document, items, `${path}[].`, levels - 1)
    : [];
}

function objectIn(document: AsyncApiDocument, schema: Schema): Schema {
  const found = notNull(document, schema);
  if (found.allOf === undefined) return found;
  const parts = found.allOf.map((part) => objectIn(document, part));
  return {
    ...found,
    properties: Object.assign({}, ...parts.map((part) => part.properties), found.properties),
    required: parts.flatMap((part) => part.required ?? []).concat(found.required ?? []),
  };
}

/** The one alternative that is not null, where there is one. */
function notNull(document: AsyncApiDocument, schema: Schema): Schema {
  const found = lookUp(document, schema);
  const choices = alternatives(document, found).filter((choice) => choice.type !== 'null');
  return choices.length === 1 && choices[0] !== undefined ? lookUp(document, choices[0]) : found;
}

function alternatives(document: AsyncApiDocument, schema: Schema): Schema[] {
  return (schema.anyOf ?? schema.oneOf ?? []).map((choice) => lookUp(document, choice));
}

function describe(document: AsyncApiDocument, field: Schema): string {
  const text = field.description ?? notNull(document, field).description ?? '';
  return [text, limitsOf(notNull(document, field))].filter((part) => part !== '').join(' ');
}

function limitsOf({ minLength, maxLength, minimum, maximum, maxItems }: Schema): string {
  return [
    between(minLength, maxLength, 'characters'),
    between(minimum, maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum, ''),
    between(undefined, maxItems, 'items'),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function between(min: number | undefined, max: number | undefined, unit: string): string {
  if (max !== undefined) return `${min ?? 0}..${max} ${unit}`.trim() + '.';
  return min === undefined || min <= 0 ? '' : `At least ${min} ${unit}`.trim() + '.';
}

/** A type in words: `string`, `Message`, `User | null`, `Attachment[]`, `"sent" | "read"`. */
export function typeOf(document: AsyncApiDocument, schema: Schema): string {
  const named = nameOfSchema(document, schema);
  if (named !== undefined) return named;
  const found = lookUp(document, schema);
  if (found.const !== undefined) return JSON.stringify(found.const);
  if (found.enum !== undefined) return found.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = found.anyOf ?? found.oneOf;
  if (choices !== undefined)
    return unique(choices.map((choice) => typeOf(document, choice))).join(' | ');
  if (found.items !== undefined) return arrayOf(typeOf(document, found.items));
  return [found.type ?? 'any'].flat().join(' | ');
}

function arrayOf(item: string): string {
  return item.includes(' ') ? `(${item})[]` : `${item}[]`;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

/** Whether it is, but for null, a schema with a name. */
function isNamed(document: AsyncApiDocument, schema: Schema): boolean {
  const choices = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return choices.some((choice) => nameOfSchema(document, choice) !== undefined);
}

function nameOfSchema(document: AsyncApiDocument, schema: Schema): string | undefined {
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  const { title } = schema;
  return title !== undefined && document.components?.schemas?.[title] !== undefined
    ? title
    : undefined;
}
