import { readFile } from 'node:fs/promises';
import { renderConfigTable } from '@switchboard/runtime';
import { buildConsole } from '@switchboard/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ingressConfig } from '../config.ts';
import { startIngress, uniqueId, type IngressUnderTest } from '../test/ingress-under-test.ts';

let ingress: IngressUnderTest;

beforeAll(async () => {
  await buildConsole();
  ingress = await startIngress({
    BASE_PATH: '/support/chat',
    CONSOLE_SOCKETS: 'wss://chat.example.com',
  });
});

afterAll(() => ingress.stop());

const get = (path: string) => ingress.call('GET', path, { headers: { 'api-token': '' } });

describe('with a base path', () => {
  test('everything is under it, and nothing beside it', async () => {
    const body = { id: 1, chat_id: uniqueId('chat'), type: 'standard', text: 'x' };
    expect((await ingress.post('/message', body)).status).toBe(200);
    expect(
      (await ingress.post('/batch', [{ path: '/message', body }])).body[0].body.duplicate,
    ).toBe(true);
    const origin = new URL(ingress.url).origin;
    for (const path of ['/message', '/docs', '/openapi.json', '/health/live']) {
      expect((await fetch(`${origin}${path}`)).status).toBe(404);
    }
  });

  test('405 works there too', async () => {
    const answer = await get('/global');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('the OpenAPI document names it as its server, and not in its paths', async () => {
    const { body } = await get('/openapi.json');
    expect(body.servers).toEqual([{ url: '/support/chat' }]);
    expect(Object.keys(body.paths)).toContain('/message');
  });

  test.each(['/docs', '/docs/'])('the page %s finds its files', async (path) => {
    const { text } = await get(path);
    const links = [...text.matchAll(/(?:src|href)="([^"]+)"/gu)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      const response = await fetch(new URL(link, ingress.url + path));
      expect([link, response.status]).toEqual([link, 200]);
    }
  });

  test('the page /docs/async finds its style', async () => {
    expect((await get('/docs/async.css')).headers.get('content-type')).toContain('text/css');
  });
});

describe('/console/', () => {
  test('is reached without its last slash, and finds its files', async () => {
    const page = await get('/console');
    expect(page.text).toContain('console.js');
    for (const name of ['console.js', 'console.css', 'icon.svg', 'demo.html', 'widget.js'])
      expect([name, (await get(`/console/${name}`)).status]).toEqual([name, 200]);
    expect((await get('/console/fingerprint')).status).toBe(404);
  });

  test('may connect to its origin and to the sockets that are set, and nowhere else', async () => {
    const { headers } = await get('/console/');
    expect(headers.get('content-security-policy')).toContain(
      "connect-src 'self' wss://chat.example.com;",
    );
  });

  test('is not sent again when it has not changed', async () => {
    const { headers } = await get('/console/console.js');
    const again = await ingress.call('GET', '/console/console.js', {
      headers: { 'api-token': '', 'if-none-match': headers.get('etag') ?? '' },
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  test('has a tag of its own for each form, and is zipped for those only who take it', async () => {
    const load = async (encoding: string, known = '') => {
      const { headers, status } = await fetch(`${ingress.url}/console/console.js`, {
        headers: { 'accept-encoding': encoding, 'if-none-match': known },
      });
      return { form: headers.get('content-encoding') ?? 'plain', tag: headers.get('etag'), status };
    };
    const zipped = await load('br, gzip;q=0.5');
    const plain = await load('gzip;q=0, *;q=0.1');
    expect([zipped.form, plain.form]).toEqual(['gzip', 'plain']);
    expect(zipped.tag).not.toBe(plain.tag);
    expect([(await load('*')).form, (await load('identity')).form]).toEqual(['gzip', 'plain']);
    expect((await load('gzip', `"other", W/${zipped.tag}`)).status).toBe(304);
    expect((await load('identity', `${zipped.tag}`)).status).toBe(200);
  });

  test("its widget may be embedded by a customer's site, its pages may not", async () => {
    const policyOf = async (path: string) =>
      (await get(path)).headers.get('cross-origin-resource-policy');
    expect([await policyOf('/console/widget.js'), await policyOf('/console/console.js')]).toEqual([
      'cross-origin',
      'same-origin',
    ]);
  });
});

describe('/openapi.json', () => {
  test('has every operation of the contract, each with a token, an answer and problems', async () => {
    const { body } = await get('/openapi.json');
    const operations = Object.entries(body.paths as Record<string, object>).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({
          name: `${method} ${path}`,
          operation,
        })),
    );
    expect(operations.map(({ name }) => name).sort()).toEqual([
      'get /chats/{id}/events',
      'get /chats/{id}/members',
      'get /hand-off',
      'get /hand-off/dead-letters',
      'get /nodes',
      'get /online-users',
      'patch /message',
      'post /batch',
      'post /global',
      'post /hand-off/dead-letters/discard',
      'post /hand-off/dead-letters/replay',
      'post /message',
      'post /nodes/{id}/drain',
      'post /notifications/chat',
      'post /sessions/disconnect',
      'post /update/chat',
      'post /update/operators',
      'put /message',
    ]);
    for (const { operation } of operations) {
      expect(operation).toMatchObject({
        operationId: expect.any(String),
        summary: expect.any(String),
        security: [{ apiToken: [] }],
        responses: {
          200: { content: { 'application/json': { schema: expect.any(Object) } } },
          422: { content: { 'application/problem+json': { schema: expect.any(Object) } } },
        },
      });
    }
  });

  test('describes the body of a message', async () => {
    const { body } = await get('/openapi.json');
    const text = JSON.stringify(body.paths['/message'].post.requestBody);
    expect(text).toContain('"type_role"');
    expect(text).toContain('"standard"');
  });

  test('refers to nothing that is not in it', async () => {
    const { text, body } = await get('/openapi.json');
    for (const [, reference] of text.matchAll(/"\$ref":"#\/([^"]+)"/gu)) {
      const found = (reference ?? '').split('/').reduce((node, name) => node?.[name], body);
      expect([reference, typeof found]).toEqual([reference, 'object']);
    }
  });
});

describe('/docs/async', () => {
  test('is a page without scripts, made of the document at /asyncapi.json', async () => {
    const page = await get('/docs/async');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).not.toMatch(/<script|style=|onclick/u);
    const { body: document } = await get('/asyncapi.json');
    expect(document.asyncapi).toMatch(/^3\./u);
    for (const id of Object.keys(document.operations))
      expect(page.text).toContain(`id="operation-${id}"`);
  });
});

describe('security headers', () => {
  test.each([
    '/docs',
    '/docs/async',
    '/console/demo.html',
    '/docs/static/swagger-ui.css',
    '/openapi.json',
    '/health/live',
    '/message',
    '/nowhere',
  ])('of %s allow no foreign origin, frame or inline script', async (path) => {
    const { headers } = await get(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/u);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

test.each(['../../README.md', '../../../../docs/configuration.md'])(
  '%s lists every environment variable as it is',
  async (path) => {
    const readme = await readFile(new URL(path, import.meta.url), 'utf8');
    expect(readme).toContain(renderConfigTable(ingressConfig));
  },
);

test('what the README says of variables is what they are', async () => {
  const readme = await readFile(new URL('../../../../README.md', import.meta.url), 'utf8');
  const rows = renderConfigTable(ingressConfig).split('\n');
  const named = rows.filter((row) => readme.includes(row.slice(0, row.indexOf('|', 1) + 1)));
  for (const row of named) expect(readme).toContain(row);
  expect(named.filter((row) => row.startsWith('| `API_TOKENS`'))).toHaveLength(1);
});
