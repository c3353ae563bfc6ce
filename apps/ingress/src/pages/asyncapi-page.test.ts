import { describe, expect, test } from 'vitest';
import type { AsyncApiDocument } from './asyncapi-document.ts';
import { renderAsyncApiPage } from './asyncapi-page.ts';
import { fieldsOf } from './schema-fields.ts';

const document: AsyncApiDocument = {
  asyncapi: '3.0.0',
  info: { title: 'Sockets <b>', version: '1.2', description: 'First.\n\n- one `code`\n- two' },
  servers: { main: { host: 'example.org', protocol: 'wss', pathname: '/base' } },
  channels: {
    chat: {
      address: '/chat',
      messages: { added: { $ref: '#/components/messages/added' } },
    },
  },
  operations: {
    receiveNewMessage: {
      action: 'send',
      channel: { $ref: '#/channels/chat' },
      summary: 'Tells of a message',
      messages: [{ $ref: '#/channels/chat/messages/added' }],
    },
    sendMessage: {
      action: 'receive',
      channel: { $ref: '#/channels/chat' },
      reply: { messages: [{ $ref: '#/channels/chat/messages/added' }] },
    },
  },
  components: {
    schemas: {
      User: {
        type: 'object',
        title: 'User',
        properties: {
          id: {
            type: 'string',
            maxLength: 128,
          },
        },
        required: ['id'],
      },
    },
    messages: {
      added: {
        name: 'messageAdded',
        title: 'MessageAdded',
        tags: [{ name: 'source:server' }],
        payload: {
          type: 'object',
          required: ['data'],
          properties: {
            event: { const: 'messageAdded' },
            data: {
              type: 'object',
              properties: {
                user: {
                  anyOf: [{ $ref: '#/components/schemas/User' }, { type: 'null' }],
                  description: 'Who',
                },
                list: {
                  type: 'array',
                  items: {
                    type: 'object',
                    properties: { url: { type: 'string' } },
                  },
                },
                status: { enum: ['a', 'b'] },
              },
            },
          },
        },
        examples: [
          {
            name: 'one',
            payload: { text: '</code><script>alert(1)</script>' },
          },
        ],
      },
    },
  },
};

const links = { stylesheet: 'async.css', openApi: '../docs', source: '../asyncapi.json' };
const page = renderAsyncApiPage(document, links);

describe('the AsyncAPI page', () => {
  test('shows each operation once, with its direction and messages', () => {
    expect(page.match(/<article /gu)).toHaveLength(2);
    expect(page).toContain('id="operation-sendMessage"');
    expect(page).toContain('server sends');
    expect(page).toContain('server receives');
    expect(page).toContain('source:server');
  });

  test('escapes what the document says', () => {
    expect(page).toContain('Sockets &lt;b&gt;');
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;alert(1)');
  });

  test('writes paragraphs, lists and code of a description', () => {
    expect(page).toContain('<p>First.</p>');
    expect(page).toContain('<li>one <code>code</code></li>');
  });

  test('has balanced tags', () => {
    for (const tag of ['section', 'article', 'details', 'table', 'ul', 'div', 'main', 'nav']) {
      const count = (pattern: string) => page.match(new RegExp(pattern, 'gu'))?.length ?? 0;
      expect([tag, count(`<${tag}[ >]`)]).toEqual([tag, count(`</${tag}>`)]);
    }
  });

  test('links to nothing that is not there', () => {
    const targets = [...page.matchAll(/href="#([^"]+)"/gu)].map(([, id]) => id);
    expect(targets).not.toEqual([]);
    for (const id of targets) expect(page).toContain(`id="${id}"`);
  });
});

test('fieldsOf lists nested fields with types in words', () => {
  const { payload } = (document.components as { messages: { added: { payload: object } } }).messages
    .added;
  expect(
    fieldsOf(document, payload).map(({ path, type, required }) => [path, type, required]),
  ).toEqual([
    ['event', '"messageAdded"', false],
    ['data', 'object', true],
    ['data.user', 'User | null', false],
    ['data.list', 'object[]', false],
    ['data.list[].url', 'string', false],
    ['data.status', '"a" | "b"', false],
  ]);
});
