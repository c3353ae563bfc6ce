/** Everything that the published document (its text rendering, seed.txt) says is in ours. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createAsyncApiDocument } from './document.ts';

interface Reference {
  readonly $ref: string;
}

interface Message {
  readonly title: string;
  readonly summary: string;
  readonly tags?: { name: string }[];
  readonly examples: unknown[];
  readonly payload: object;
}

interface Operation {
  readonly action: string;
  readonly channel: Reference;
  readonly messages: Reference[];
  readonly reply?: { channel: Reference; messages: Reference[] };
  readonly security?: Reference[];
  readonly summary: string;
}

const seed = readFileSync(new URL('seed.txt', import.meta.url), 'utf8');
const document = createAsyncApiDocument();
const text = JSON.stringify(document);

function lookUp({ $ref }: Reference): unknown {
  let found: unknown = document;
  for (const part of $ref.slice(2).split('/')) found = (found as Record<string, unknown>)[part];
  return isReference(found) ? lookUp(found) : found;
}

function addressOf(channel: Reference): string {
  return (lookUp(channel) as { address: string }).address;
}

function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && '$ref' in value;
}

interface SeedOperation {
  readonly id: string;
  readonly kind: string;
  readonly address: string;
  readonly summary: string;
  readonly messages: { id: string; title: string; summary: string; tag: string | undefined }[];
  readonly block: string;
}

/** The seed's spelling mistakes are not kept. */
const corrected = (line: string) =>
  line.replace('successefuly', 'successfully').replace('Deafault', 'Default');

const [operationsText = '', messagesText = ''] = seed
  .split(/^Messages$/mu)
  .map((part) => part.split(/^Operations$/mu).at(-1) ?? '');

function readOperation(block: string): SeedOperation {
  const [, kind = '', address = ''] = /^(\w+) (\S+)/u.exec(block) ?? [];
  return {
    kind,
    address,
    id: /Operation ID(\w+)/u.exec(block)?.[1] ?? '',
    summary: corrected(linesOf(block)[1] ?? ''),
    messages: readMessages(block),
    block,
  };
}

/** Title, summary and id stand in three lines; the tag comes later, before the next id. */
function readMessages(block: string) {
  const parts = block.split(/Message ID/u);
  return parts.slice(1).map((part, index) => {
    const [title = '', summary = ''] = linesOf(parts[index] ?? '').slice(-2);
    return {
      id: /^\w+/u.exec(part)?.[0] ?? '',
      title: title.replace(/^• #\d+/u, ''),
      summary,
      tag: /#(source:\w+)/u.exec(part)?.[1],
    };
  });
}

function linesOf(block: string): string[] {
  return block
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const operations = operationsText
  .split(/^ {2}• (?=REPLY|SEND|RECEIVE)/mu)
  .slice(1)
  .map(readOperation);
const messages = readMessages(messagesText);
const ours = document['operations'] as Record<string, Operation>;

describe('the seed', () => {
  it('was read whole', () => {
    expect(operations.length).toBe(seed.match(/Operation ID/gu)?.length);
    expect(operations.length).toBe(14);
    expect(messages.length).toBe(14);
    expect(operations.flatMap(({ messages: own }) => own).length + messages.length).toBe(
      seed.match(/Message ID/gu)?.length,
    );
  });

  it('has its operations first, in its order, and all others are marked as ours', () => {
    const ids = Object.keys(ours);
    expect(ids.slice(0, operations.length)).toEqual(operations.map(({ id }) => id));
    const own = Object.entries(ours).flatMap(([id, operation]) =>
      'x-additive' in operation ? [id] : [],
    );
    expect(ids.slice(operations.length)).toEqual(own);
  });

  it('has its messages as components, in its order', () => {
    const components = (document['components'] as { messages: object }).messages;
    expect(Object.keys(components).slice(0, messages.length)).toEqual(messages.map(({ id }) => id));
  });
});

describe.each(operations)(
  '$kind $address $id',
  ({ id, kind, address, summary, messages: own, block }) => {
    const operation = ours[id] as Operation;
    const found = operation.messages.map((reference) => lookUp(reference) as Message);

    it('is there, with its direction, address and words', () => {
      expect(operation.summary).toBe(summary);
      expect(operation.action).toBe(kind === 'SEND' ? 'send' : 'receive');
      expect(addressOf(operation.channel)).toBe(address);
    });

    it('replies if the seed does, to the same channel', () => {
      expect(operation.reply !== undefined).toBe(kind === 'REPLY');
      const designated = /designated address: (\S+)/u.exec(block)?.[1];
      expect(operation.reply && addressOf(operation.reply.channel)).toBe(designated);
    });

    it('has its messages, titles, tags and examples', () => {
      expect(operation.messages.map(({ $ref }) => $ref.split('/').at(-1))).toEqual(
        own.map((message) => message.id),
      );
      expect(found.map(({ title }) => title)).toEqual(own.map(({ title }) => title));
      expect(found.map((message) => message.summary)).toEqual(
        own.map((message) => message.summary),
      );
      expect(
        found.map(({ tags }) => tags?.find(({ name }) => name.startsWith('source:'))?.name),
      ).toEqual(own.map(({ tag }) => tag));
      for (const { examples } of found) expect(examples.length).toBeGreaterThan(0);
    });

    it('wants an Api-Token if the seed does', () => {
      const schemes = (operation.security ?? []).map((reference) => lookUp(reference));
      const apiToken = { type: 'httpApiKey', name: 'Api-Token', in: 'header' };
      expect(schemes).toMatchObject(block.includes('HTTP API key') ? [apiToken] : []);
    });
  },
);

describe('every line of the seed', () => {
  const STRUCTURE =
    /^(?:Servers|Operations|Messages|Schemas|Examples|object|array<object>|REPLY.*|• (?:REPLY|SEND|RECEIVE) .*|Available only on servers:|Accepts .*:|Additional security requirements:|• HTTP API key|• (?:Name|In): .*|Reply will be provided.*|• object|• https.*|Chat WS API.*)$/u;
  const LABEL = /^(?:• )?(?:#\d+)?(?:Operation ID|Message ID)?#?/u;
  const lines = linesOf(seed)
    .filter((line) => !STRUCTURE.test(line))
    .map((line) => corrected(line.replace(LABEL, '')));

  it.each([...new Set(lines)])('%s', (line) => {
    expect(text.includes(JSON.stringify(line).slice(1, -1))).toBe(true);
  });

  it('and its server, title and version', () => {
    expect(document['servers']).toMatchObject({ 'chat-sockets': { protocol: 'https' } });
    expect(seed).toContain('httpschat-sockets');
    expect(document['info']).toMatchObject({ title: 'Chat WS API', version: '0.0.21' });
  });
});
