/** Whatever is sent, the answer is one that is documented, and the process lives. */
import { problem } from '@switchboard/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startIngress, type Answer, type IngressUnderTest } from './test/ingress-under-test.ts';

let ingress: IngressUnderTest;

beforeAll(async () => {
  ingress = await startIngress();
});

afterAll(() => ingress.stop());

const documented = new Set([200, 400, 401, 404, 405, 409, 413, 415, 422, 429]);

const expectDocumented = ({ status, body, headers }: Answer) => {
  expect(documented).toContain(status);
  if (status === 200) return;
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(problem.parse(body).status).toBe(status);
};

const expectAlive = async () =>
  expect((await ingress.call('GET', '/health/ready')).status).toBe(200);

const paths = [
  '/message',
  '/update/chat',
  '/update/operators',
  '/global',
  '/notifications/chat',
  '/sessions/disconnect',
  '/batch',
];
const path = fc.constantFrom(...paths);
const method = fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE');

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '',
    'x:operator',
    '{1}',
    '%',
    '%00',
    '\u0000',
    '\ud800',
    '__proto__',
    'constructor',
    '🙂'.repeat(64),
    '-',
    ',;',
  ),
);
const scalar = fc.oneof(
  hostileText,
  fc.double(),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
);
const fieldName = fc.constantFrom(
  'id',
  'chat_id',
  'type',
  'type_role',
  'user',
  'text',
  'attachments',
  'postback',
  'reply_to',
  'chat',
  'meta',
  'system',
  'actions',
  'created_at',
  'deleted_at',
  'status',
  'widget',
  'department',
  'operator_user',
  'client_user',
  'version',
  'sources',
  'widgets',
  'departments',
  'notification',
  'path',
  'method',
  'body',
  'user_id',
  'session_id',
  'revoke',
  'role',
  'name',
  'url',
  '__proto__',
  'constructor',
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fieldName, hostileText), tie('value'), { maxKeys: 6 }),
  ),
}));

/** Nearly right: what gets past the first checks. */
const nearlyMessage = fc.record(
  {
    id: scalar,
    chat_id: scalar,
    type: fc.constantFrom('standard', 'system', 'note', 'bot', 'x'),
    type_role: fc.constantFrom('client', 'operator', null),
    text: scalar,
    user: fc.record({
      id: scalar,
      role: fc.constantFrom('client', 'operator', 'bot', 'x'),
      more: value,
    }),
    chat: fc.record({
      id: scalar,
      widget: value,
      department: value,
      operator_user: value,
      version: value,
      rest: value,
    }),
    meta: value,
    reply_to: value,
    unknown: value,
  },
  { requiredKeys: ['id', 'type'] },
);

test('bodies of any shape', async () => {
  await fc.assert(
    fc.asyncProperty(method, path, value, async (verb, where, body) => {
      expectDocumented(await ingress.call(verb, where, { body: JSON.stringify(body) }));
    }),
    { numRuns: 400 },
  );
  await expectAlive();
});

test('messages that are nearly right', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('POST', 'PUT', 'PATCH'), nearlyMessage, async (verb, body) => {
      expectDocumented(await ingress.call(verb, '/message', { body: JSON.stringify(body) }));
    }),
    { numRuns: 300 },
  );
  await expectAlive();
});

test('batches of anything', async () => {
  const item = fc.record(
    { path: fc.oneof(path, hostileText), method, body: fc.oneof(nearlyMessage, value) },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(item, value), { maxLength: 20 }), async (items) => {
      const answer = await ingress.call('POST', '/batch', { body: JSON.stringify(items) });
      expectDocumented(answer);
      if (answer.status !== 200) return;
      expect(answer.body).toHaveLength(items.length);
      for (const { status } of answer.body) expect(documented).toContain(status);
    }),
    { numRuns: 100 },
  );
  await expectAlive();
});

test('bytes that are no JSON, under any content type', async () => {
  const types = fc.constantFrom(
    'application/json',
    'application/x-ndjson',
    'text/plain',
    'application/json; charset=x',
    ';',
    'a/b',
  );
  await fc.assert(
    fc.asyncProperty(path, types, fc.uint8Array({ maxLength: 200 }), async (where, type, body) => {
      expectDocumented(
        await ingress.call('POST', where, { body, headers: { 'content-type': type } }),
      );
    }),
    { numRuns: 200 },
  );
  await expectAlive();
});

test('paths and queries of any characters', async () => {
  const part = fc
    .string({ unit: 'binary', maxLength: 40 })
    .map((text) => encodeURIComponent(text.toWellFormed()));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('events', 'members', 'x'),
      part,
      part,
      async (leaf, id, query) => {
        expectDocumented(
          await ingress.call('GET', `/chats/${id}/${leaf}?since=${query}&limit=${query}`),
        );
        expectDocumented(
          await ingress.call('GET', `/online-users?widget_id=${query}&operator_id=${id}`),
        );
      },
    ),
    { numRuns: 100 },
  );
  await expectAlive();
});
