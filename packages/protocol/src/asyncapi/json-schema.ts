/**
 * zod → JSON Schema draft 7, as AsyncAPI 3 has it. Schemas with a title become components and are
 * referred to; what is taken in (`input`) is another schema than what is sent (`output`).
 */
import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;
export type Direction = 'input' | 'output';

export interface SchemaComponents {
  /** Components by name, as far as they were referred to. */
  readonly components: Readonly<Record<string, JsonSchema>>;
  of(schema: z.ZodType, direction: Direction): JsonSchema;
}

export function createSchemaComponents(): SchemaComponents {
  const components: Record<string, JsonSchema> = {};
  return {
    components,
    of(schema, direction) {
      const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
        target: 'draft-7',
        io: direction,
      });
      return hoist(json, direction, components) as JsonSchema;
    },
  };
}

function hoist(
  node: unknown,
  direction: Direction,
  components: Record<string, JsonSchema>,
): unknown {
  if (Array.isArray(node)) return node.map((item) => hoist(item, direction, components));
  if (typeof node !== 'object' || node === null) return node;
  const inner = Object.entries(withoutNoise(node as JsonSchema)).map(([key, value]) => [
    key,
    hoist(value, direction, components),
  ]);
  const schema = Object.fromEntries(inner) as JsonSchema;
  if (typeof schema['title'] !== 'string') return schema;
  const name = componentName(schema['title'], direction);
  components[name] = schema;
  return { $ref: `#/components/schemas/${name}` };
}

/** `MessageBody` says by itself that it comes in. */
function componentName(title: string, direction: Direction): string {
  return direction === 'output' || title.endsWith('Body') ? title : `${title}Input`;
}

/** Nothing that we send is closed: clients ignore fields that they do not know. */
function withoutNoise(schema: JsonSchema): JsonSchema {
  const {
    propertyNames: _strings,
    additionalProperties,
    minimum,
    maximum,
    pattern,
    ...rest
  } = schema;
  return {
    ...rest,
    ...(pattern !== undefined && rest['format'] === undefined && { pattern }),
    ...(isSchema(additionalProperties) && { additionalProperties }),
    ...(minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER && { minimum }),
    ...(maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
  };
}

function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}
