/** Ingress, called nearly rightly and by bytes that are hardly HTTP: every answer is to be a documented one. */
import { Agent, request, type IncomingMessage } from 'node:http';
import { problem, problemCodes } from '@switchboard/protocol';
import fc from 'fast-check';
import type { Arena } from './arena.ts';
import { httpCall, type HttpCall } from './http-calls.ts';
import { inParallel } from './in-parallel.ts';
import { rawRequest } from './raw-http-requests.ts';
import { exchange, type RawAnswer } from './raw-http.ts';
import { count, show, type Report, type Target, type Tally } from './target.ts';

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
    const calls = fc.sample(httpCall, { numRuns: inputs - raws, seed });
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
