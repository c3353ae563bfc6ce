/** Calls of ingress that are nearly right: in body, path, query and headers. */
import fc from 'fast-check';
import { callExamples } from './examples.ts';
import { hostileText } from './hostile.ts';
import { mutatedBytes } from './mutate.ts';

export interface HttpCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const contentTypes = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=x',
  'application/x-ndjson',
  'text/plain',
  'application/json, text/plain',
  ';',
  'a/b',
  'APPLICATION/JSON',
  'application/vnd.api+json',
  'multipart/form-data',
];

/** What Node's client agrees to send in a header. */
const headerText = hostileText.map((text) =>
  text.replaceAll(/[^\x20-\x7e]/gu, '~').slice(0, 2_000),
);

const hostileHeaders = fc.dictionary(
  fc.constantFrom(
    'idempotency-key',
    'content-encoding',
    'x-forwarded-for',
    'x-forwarded-host',
    'accept',
    'origin',
    'cookie',
    'expect',
    'x-http-method-override',
    'if-none-match',
    'range',
  ),
  fc.oneof(
    headerText,
    fc.constantFrom(
      'gzip',
      'identity',
      'br, gzip',
      '100-continue',
      'x'.repeat(255),
      'x'.repeat(256),
      '127.0.0.1',
    ),
  ),
  { maxKeys: 2 },
);

const bodies = callExamples.map(({ method, path, bodies: good }) =>
  fc.record({
    method: fc.oneof(
      { weight: 9, arbitrary: fc.constant(method) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'OPTIONS', 'HEAD'),
      },
    ),
    path: fc.constant(path),
    body: mutatedBytes(good),
  }),
);

const segment = hostileText.map((text) => encodeURIComponent(text.toWellFormed()).slice(0, 1_500));
const rawSegment = fc.oneof(
  segment,
  fc.constantFrom('%', '%zz', '%c0%80', '%ed%a0%80', '..', '%2e%2e', '//', ';a=b', '%00', '%2f'),
);

const reads = fc
  .tuple(
    fc.constantFrom(
      '/chats/$/events?since=$&limit=$',
      '/chats/$/members',
      '/online-users?widget_id=$&department_id=$',
      '/online-users?operator_id=$&operator_id=$',
      '/nodes/$/drain',
      '/health/$',
      '/docs/$',
      '/$',
      '/nodes?$',
      '/docs/static/$/$',
    ),
    fc.array(rawSegment, { minLength: 3, maxLength: 3 }),
  )
  .map(([template, parts]) => {
    let used = 0;
    const path = template.replaceAll('$', () => parts[used++ % parts.length] ?? '');
    return { method: template.includes('drain') ? 'POST' : 'GET', path, body: Buffer.alloc(0) };
  });

export const httpCall: fc.Arbitrary<HttpCall> = fc
  .tuple(
    fc.oneof({ weight: 6, arbitrary: fc.oneof(...bodies) }, { weight: 2, arbitrary: reads }),
    fc.oneof(
      { weight: 12, arbitrary: fc.constant('application/json') },
      { weight: 2, arbitrary: fc.constantFrom(...contentTypes) },
    ),
    fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: hostileHeaders }),
  )
  .map(([what, type, headers]) => ({
    ...what,
    headers: { ...(what.body.length > 0 && { 'content-type': type }), ...headers },
  }));
