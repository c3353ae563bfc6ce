/** The AsyncAPI 3.0 document, made of the schemas. Pure: the same document every time. */
import { connectQuery } from './connect-query.ts';
import { type JsonSchema, type SchemaComponents, createSchemaComponents } from './json-schema.ts';
import { type MessageEntry, answers, bodies, frameMessages } from './messages.ts';
import {
  type HttpOperation,
  type SocketOperation,
  httpOperations,
  ownSocketOperations,
  socketOperations,
} from './operations.ts';
import { problem } from '../http/answers.ts';
import { answerExamples } from './http-examples.ts';

type Node = Record<string, unknown>;

const sockets = { ...socketOperations, ...ownSocketOperations };

/** A plain JSON value. */
export function createAsyncApiDocument(): Node {
  const schemas = createSchemaComponents();
  const problemSchema = schemas.of(problem, 'output');
  const document = {
    asyncapi: '3.0.0',
    info,
    defaultContentType: 'application/json',
    servers,
    channels: { ...socketChannels(schemas), ...httpChannels(schemas) },
    operations: ownLast({ ...mapValues(sockets, socketOperation), ...httpOperationsOf(schemas) }),
    components: {
      messages: mapValues(frameMessages, (entry) => message(entry, schemas)),
      securitySchemes,
      'x-problem': {
        contentType: 'application/problem+json',
        payload: problemSchema,
        example: answerExamples.problem,
      },
    },
  };
  const sorted = Object.entries(schemas.components).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...document,
    components: { ...document.components, schemas: Object.fromEntries(sorted) },
  };
}

const info = {
  title: 'Chat WS API',
  version: '0.0.21',
  description:
    'This Chat API allows your clients and operators to communicate in real time.\n\nWhat is tagged `additive` is not part of the published API 0.0.21: a raw client may ignore it.',
  license: { name: 'MIT' },
  tags: [
    { name: 'source:client', description: 'Sent by clients and operators' },
    { name: 'source:server', description: 'Sent by the server' },
    { name: 'additive', description: 'Our own: may be ignored' },
  ],
};

const servers = {
  'chat-sockets': {
    host: 'chat.example.com',
    protocol: 'https',
    description:
      'Default chat server. Sockets and HTTP share one origin; sockets are `wss:` URLs of the same host.',
  },
};

const securitySchemes = {
  apiToken: {
    type: 'httpApiKey',
    name: 'Api-Token',
    in: 'header',
    description: 'One of the tokens of the deployment.',
  },
};

function socketChannels(schemas: SchemaComponents): Node {
  return {
    chat: socketChannel('chat', {
      schemas,
      description: 'One room. A desk opens one for each open chat.',
    }),
    broadcast: socketChannel('broadcast', {
      schemas,
      description: 'Every room, filtered by the sources of the operator.',
    }),
  };
}

function socketChannel(
  name: 'chat' | 'broadcast',
  { schemas, description }: { schemas: SchemaComponents; description: string },
): Node {
  const operations = Object.values(sockets).filter(({ channel }) => channel === name);
  const used = new Set(operations.flatMap(({ messages, reply = [] }) => [...messages, ...reply]));
  const ids = Object.keys(frameMessages).filter((id) => used.has(id.replace(/Event$/u, '')));
  return {
    address: `/${name}`,
    description,
    servers: [ref('servers', 'chat-sockets')],
    messages: Object.fromEntries(ids.map((id) => [id, ref('components', 'messages', id)])),
    bindings: {
      ws: {
        method: 'GET',
        query: schemas.of(connectQuery[name], 'input'),
        bindingVersion: '0.1.0',
      },
    },
  };
}

function httpChannels(schemas: SchemaComponents): Node {
  return Object.fromEntries(
    Object.entries(httpOperations).map(([id, { channel, address, messageId }]) => [
      channel,
      {
        address,
        servers: [ref('servers', 'chat-sockets')],
        messages: { [messageId]: message(bodies[id as keyof typeof bodies], schemas) },
        ...(address.includes('{id}') && {
          parameters: { id: { description: 'An id, percent-encoded' } },
        }),
      },
    ]),
  );
}

function socketOperation({
  action,
  channel,
  summary,
  description,
  messages,
  reply,
  additive,
}: SocketOperation): Node {
  const messageOf = (event: string) => ref('channels', channel, 'messages', `${event}Event`);
  return {
    action,
    channel: ref('channels', channel),
    summary,
    ...(description !== undefined && { description }),
    ...additiveMark(additive),
    messages: messages.map(messageOf),
    ...(reply && { reply: { channel: ref('channels', channel), messages: reply.map(messageOf) } }),
  };
}

function httpOperationsOf(schemas: SchemaComponents): Node {
  return mapValues(httpOperations, (operation) => httpOperation(operation, schemas));
}

function httpOperation(operation: HttpOperation, schemas: SchemaComponents): Node {
  const { channel, method, summary, description, messageId, query, answer, additive } = operation;
  return {
    action: 'receive',
    channel: ref('channels', channel),
    summary,
    ...(description !== undefined && { description }),
    security: [ref('components', 'securitySchemes', 'apiToken')],
    ...additiveMark(additive),
    bindings: {
      http: {
        method,
        ...(query && { query: inline(schemas.of(query, 'input'), schemas) }),
        bindingVersion: '0.3.0',
      },
    },
    messages: [ref('channels', channel, 'messages', messageId)],
    ...(answer && {
      'x-answer': {
        status: 200,
        payload: schemas.of(answers[answer].schema, 'output'),
        example: answers[answer].example,
      },
    }),
  };
}

function message(entry: MessageEntry, schemas: SchemaComponents): Node {
  const { title, summary, schema, direction, examples, tags, additive } = entry;
  return {
    title,
    summary,
    contentType: 'application/json',
    ...(tags.length > 0 && { tags: tags.map((name) => ({ name })) }),
    ...(additive && { 'x-additive': true }),
    payload: schemas.of(schema, direction),
    examples: examples.map(({ name, summary: about, payload }) => ({
      name,
      summary: about,
      payload,
    })),
  };
}

function ownLast(operations: Node): Node {
  const isOwn = (operation: unknown) => Number('x-additive' in (operation as Node));
  const sorted = Object.entries(operations).toSorted(([, a], [, b]) => isOwn(a) - isOwn(b));
  return Object.fromEntries(sorted);
}

function additiveMark(additive: true | undefined): Node {
  return additive ? { tags: [{ name: 'additive' }], 'x-additive': true } : {};
}

/** Bindings want the schema itself, not a reference to a component. */
function inline(schema: JsonSchema, { components }: SchemaComponents): JsonSchema {
  const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined;
  return (name !== undefined && components[name]) || schema;
}

function ref(...path: string[]): Node {
  return { $ref: `#/${path.join('/')}` };
}

function mapValues<T>(record: Readonly<Record<string, T>>, map: (value: T) => unknown): Node {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
