/** The pages: `/docs` (OpenAPI, to try), `/docs/async` (AsyncAPI, to read), and both documents as JSON. */
import { readFile } from 'node:fs/promises';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { fastifyZodOpenApiPlugin, fastifyZodOpenApiTransformers } from 'fastify-zod-openapi';
import type { AsyncApiDocument } from '../pages/asyncapi-document.ts';
import { renderAsyncApiPage } from '../pages/asyncapi-page.ts';
import { pagePolicy, swaggerPolicy } from '../security-headers.ts';

const describe = (
  basePath: string,
) => `Internal services tell the cluster what happened; it tells every visitor and operator who may see it.

200 means: it is in the log, and every connected session that may see it gets it. A 4xx means that nothing was emitted. 503, a timeout or a broken connection leave it open: send again with the same \`message.id\` or \`Idempotency-Key\` and get the first answer.

The sockets are described in the [AsyncAPI document](${basePath}/docs/async).`;

/** Call it before the first route: it watches what is added. */
export async function watchRoutes(
  app: FastifyInstance,
  { basePath, version }: { basePath: string; version: string },
): Promise<void> {
  await app.register(fastifyZodOpenApiPlugin);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Switchboard', version, description: describe(basePath) },
      servers: [{ url: basePath === '' ? '/' : basePath }],
      components: {
        securitySchemes: { apiToken: { type: 'apiKey', in: 'header', name: 'Api-Token' } },
      },
      tags: [
        { name: 'Messages' },
        { name: 'Chats' },
        { name: 'Operators' },
        { name: 'Global' },
        { name: 'Sessions' },
        { name: 'Bulk' },
        { name: 'Cluster' },
        { name: 'Hand-off' },
      ],
    },
    ...fastifyZodOpenApiTransformers,
  });
}

/** The bar of swagger-ui is for loading any other document. */
const withoutBar = { filename: 'theme.css', content: '.swagger-ui .topbar { display: none }' };

export async function addDocs(app: FastifyInstance, basePath: string): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: basePath,
    staticCSP: swaggerPolicy,
    uiConfig: { deepLinking: true, displayRequestDuration: true },
    theme: { title: 'Switchboard HTTP API', css: [withoutBar] },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await addAsyncApi(app, await readFile(asyncApiDocument, 'utf8'));
}

/** Beside `src` and `dist` of the protocol alike. */
const asyncApiDocument = new URL('../asyncapi.json', import.meta.resolve('@switchboard/protocol'));

const stylesheet = new URL('../../static/asyncapi.css', import.meta.url);

async function addAsyncApi(app: FastifyInstance, source: string): Promise<void> {
  const schema = { hide: true };
  const style = await readFile(stylesheet, 'utf8');
  const page = renderAsyncApiPage(JSON.parse(source) as AsyncApiDocument, {
    stylesheet: 'async.css',
    openApi: '../docs',
    source: '../asyncapi.json',
  });
  app.get('/asyncapi.json', { schema }, async (_request, reply) => {
    reply.type('application/json; charset=utf-8');
    return source;
  });
  app.get('/docs/async.css', { schema }, async (_request, reply) => {
    reply.type('text/css; charset=utf-8');
    return style;
  });
  app.get('/docs/async', { schema }, async (_request, reply) => {
    reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy);
    return page;
  });
}
