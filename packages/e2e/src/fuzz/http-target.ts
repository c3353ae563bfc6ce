/** Calls of ingress: bodies, paths, queries and headers that are nearly right, and bytes that are hardly HTTP. */
import { Agent, request, type IncomingMessage } from 'node:http';
import { problem, problemCodes } from '@switchboard/protocol';
import fc from 'fast-check';
import type { Arena } from './arena.ts';
import { callExamples } from './examples.ts';
import { hostileText } from './hostile.ts';
import { inParallel } from './in-parallel.ts';
import { mutatedBytes } from './mutate.ts';
import { exchange, type RawAnswer } from './raw-http.ts';
import { count, show, type Report, type Target, type Tally } from './target.ts';

interface HttpCall {
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

const call: fc.Arbitrary<HttpCall> = fc
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

/** One in so many inputs is written to the port as bytes: those take a connection each. */
const rawShare = 20;
const parallelCalls = 24;

export const httpTarget: Target = {
  name: 'http',
  async attack(arena, { inputs, seed }) {
    const report = {
      tally: new Map() as Tally,
      findings: [] as { input: string; problem: string }[],
    };
    const agent = new Agent({ keepAlive: true, maxSockets: parallelCalls });
    const raws = Math.ceil(inputs / rawShare);
    const calls = fc.sample(call, { numRuns: inputs - raws, seed });
    await inParallel(calls, parallelCalls, (input) => judge(arena, input, { agent, report }));
    agent.destroy();
    await inParallel(fc.sample(rawRequest, { numRuns: raws, seed }), 64, (chunks) =>
      judgeRaw(arena, chunks, report),
    );
    return report;
  },
};

/** 408 and 431 are those of the HTTP server itself; all others are the contract's. */
const documented: ReadonlySet<number> = new Set([
  200, 302, 304, 400, 401, 404, 405, 408, 409, 413, 415, 422, 429, 431,
]);
const codes: ReadonlySet<string> = new Set(problemCodes);

const judge = async (
  arena: Arena,
  input: HttpCall,
  { agent, report }: { agent: Agent; report: MutableReport },
) => {
  const tell = (text: string) =>
    report.findings.push({
      input: `${input.method} ${input.path} ${JSON.stringify(input.headers)} ${show(input.body)}`,
      problem: text,
    });
  try {
    const { status, type, body } = await send(arena, input, agent);
    count(report.tally, `${status}${codeOf(body)}`);
    judgeAnswer(status, { type, body }, tell, input.method);
  } catch (error) {
    tell(`no answer: ${String(error)}`);
  }
};

type MutableReport = Report & { findings: { input: string; problem: string }[] };

const judgeAnswer = (
  status: number,
  { type, body }: { type: string; body: string },
  tell: (text: string) => void,
  method: string,
) => {
  if (!documented.has(status)) tell(`an undocumented status ${status}: ${body.slice(0, 500)}`);
  if (status < 400 || method === 'HEAD') return;
  if (!type.startsWith('application/problem+json'))
    return tell(`${status} as ${type}: ${body.slice(0, 500)}`);
  const parsed = problem.safeParse(parse(body));
  if (!parsed.success || !codes.has(parsed.data.code))
    tell(`an undocumented problem ${body.slice(0, 500)}`);
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON: the schema says so.
  }
};

const codeOf = (body: string): string =>
  /"code":"(\w+)"/u.exec(body.slice(0, 300))?.[1]?.replace(/^/u, ' ') ?? '';

const send = ({ cluster }: Arena, { method, path, headers, body }: HttpCall, agent: Agent) =>
  new Promise<{ status: number; type: string; body: string }>((resolve, reject) => {
    const url = new URL(cluster.ingress.url);
    const all = {
      'api-token': cluster.apiToken,
      'content-length': String(body.length),
      ...headers,
    };
    const outgoing = request(
      { agent, host: url.hostname, port: url.port, method, path, headers: all },
      (response) => {
        void readAll(response).then(
          (text) =>
            resolve({
              status: response.statusCode ?? 0,
              type: response.headers['content-type'] ?? '',
              body: text,
            }),
          reject,
        );
      },
    );
    outgoing.setTimeout(15_000, () => outgoing.destroy(new Error('15 s passed')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });

const readAll = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

const oddLines = [
  'Content-Length: 5',
  'Content-Length: 0',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Content-Length: 5, 5',
  'content-length : 5',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunked, chunked',
  'Host: a',
  'Host: b',
  'Host: a\r\nHost: b',
  'Host:',
  'Api-Token: x',
  'Expect: 100-continue',
  'Expect: x',
  'Upgrade: websocket\r\nConnection: Upgrade',
  'Upgrade: h2c',
  'Connection: close',
  ' folded',
  'X: \u0000',
  'X\u0000: y',
  ': empty',
  'NoColon',
  `X: ${'x'.repeat(15_000)}`,
  `X: ${'x'.repeat(17_000)}`,
  `${'X'.repeat(200)}: y`,
  'Content-Encoding: gzip',
  'Trailer: Api-Token',
];
const firstLines = [
  'POST /message HTTP/1.1',
  'POST /message HTTP/1.0',
  'POST /message HTTP/9.9',
  'POST /message',
  'GET /docs HTTP/1.1',
  'GET http://evil.example/docs HTTP/1.1',
  'CONNECT a:1 HTTP/1.1',
  'PRI * HTTP/2.0',
  'OPTIONS * HTTP/1.1',
  'GET //health/live HTTP/1.1',
  'GET /../health/live HTTP/1.1',
  'GET /health/live#x HTTP/1.1',
  'G\u0000T / HTTP/1.1',
  '',
  'POST /global HTTP/1.1\n',
  'TRACE / HTTP/1.1',
  `GET /${'x'.repeat(20_000)} HTTP/1.1`,
  `GET /?${'a&'.repeat(7_000)} HTTP/1.1`,
];
const rawBodies = [
  '',
  '{}',
  '0\r\n\r\n',
  '2\r\n{}\r\n0\r\n\r\n',
  'zz\r\n{}',
  'ffffffffffffffff\r\n',
  '2;x=y\r\n{}\r\n0\r\nApi-Token: x\r\n\r\n',
  '-1\r\n',
  '\u0000'.repeat(10),
  'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n',
];

const rawRequest = fc
  .tuple(
    fc.constantFrom(...firstLines),
    fc.array(fc.constantFrom(...oddLines), { maxLength: 4 }),
    fc.constantFrom(...rawBodies),
    fc.boolean(),
  )
  .map(([first, lines, body, hasToken]) =>
    [
      `${first}\r\n`,
      ...lines.map((line) => `${line}\r\n`),
      hasToken ? 'Content-Type: application/json\r\n' : '',
      '\r\n',
      body,
    ].filter(Boolean),
  );

/** A request that is not whole is answered later, or not at all: that is seen elsewhere. */
const judgeRaw = async ({ cluster }: Arena, chunks: readonly string[], report: MutableReport) => {
  const port = Number(new URL(cluster.ingress.url).port);
  const answer = await exchange({ port, chunks, waitMs: 300 });
  count(report.tally, `raw ${answer.status || (answer.closed ? 'closed' : 'waits')}`);
  const tell = (text: string) =>
    report.findings.push({ input: show(chunks.join('')), problem: text });
  if (answer.status > 0) judgeRawAnswer(answer, tell);
};

const judgeRawAnswer = ({ status, headers, body }: RawAnswer, tell: (text: string) => void) => {
  const text = body.toString();
  const ownLength = Number(headers.get('content-length') ?? 0);
  judgeAnswer(
    status,
    { type: headers.get('content-type') ?? '', body: text.slice(0, ownLength) },
    tell,
    text === '' ? 'HEAD' : 'GET',
  );
};
