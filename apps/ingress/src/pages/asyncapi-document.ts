/** The parts of an AsyncAPI 3 document that the page shows, with their references looked up. */

export interface Reference {
  readonly $ref?: string;
}

export interface Schema extends Reference {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

interface Texts {
  readonly title?: string;
  readonly summary?: string;
  readonly description?: string;
}

export interface Message extends Reference, Texts {
  readonly name?: string;
  readonly tags?: readonly { readonly name: string }[];
  readonly payload?: Schema;
  readonly examples?: readonly {
    readonly name?: string;
    readonly summary?: string;
    readonly payload?: unknown;
  }[];
}

export interface Channel extends Reference, Texts {
  readonly address?: string | null;
  readonly messages?: Readonly<Record<string, Message>>;
}

export interface ApiOperation extends Texts {
  readonly action: 'send' | 'receive';
  readonly channel: Reference;
  readonly messages?: readonly Reference[];
  readonly reply?: { readonly channel?: Reference; readonly messages?: readonly Reference[] };
  readonly security?: readonly unknown[];
}

export interface AsyncApiDocument {
  readonly asyncapi: string;
  readonly info: Texts & { readonly title: string; readonly version: string };
  readonly servers?: Readonly<
    Record<
      string,
      Texts & { readonly host: string; readonly protocol: string; readonly pathname?: string }
    >
  >;
  readonly channels?: Readonly<Record<string, Channel>>;
  readonly operations?: Readonly<Record<string, ApiOperation>>;
  readonly components?: {
    readonly schemas?: Readonly<Record<string, Schema>>;
    readonly messages?: Readonly<Record<string, Message>>;
  };
}

/** What a reference points to, or the value itself. Throws for a reference to nothing. */
export function lookUp<T extends Reference>(document: AsyncApiDocument, value: T): T {
  let found: T = value;
  for (let hops = 0; found.$ref !== undefined; hops += 1) {
    if (hops > 20) throw new Error(`The reference ${value.$ref} goes in circles.`);
    found = followPointer(document, found.$ref) as T;
  }
  return found;
}

function followPointer(document: AsyncApiDocument, reference: string): unknown {
  const path = reference.replace(/^#\//u, '').split('/').map(unescapePointer);
  let found: unknown = document;
  for (const name of path) found = (found as Record<string, unknown> | undefined)?.[name];
  if (found === undefined) throw new Error(`The document has nothing at ${reference}.`);
  return found;
}

/** RFC 6901: `~1` is a slash, `~0` a tilde; in a URI fragment percent-encoded. */
function unescapePointer(part: string): string {
  return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The last part of a reference: the name it is known by. */
export function nameOf(reference: string): string {
  return unescapePointer(reference.slice(reference.lastIndexOf('/') + 1));
}
