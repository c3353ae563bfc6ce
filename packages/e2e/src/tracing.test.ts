/** A message's trace, as a collector gets it from every process that the message met. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { mintToken, openChat, startCluster, type Cluster } from '@switchboard/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
  readonly links?: readonly { traceId: string; spanId: string }[];
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly service: string;
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: Pick<Span, 'attributes'>;
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

const spans: Span[] = [];
let collector: Server;
let cluster: Cluster;

beforeAll(async () => {
  collector = createServer((request, response) => {
    void json(request).then((body) => {
      take(body as Export);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
  cluster = await startCluster({ edges: 2, env });
});
afterAll(async () => {
  await cluster.stop();
  collector.close();
});

function take({ resourceSpans }: Export): void {
  for (const { resource, scopeSpans } of resourceSpans) {
    const service = String(valueOf(resource, 'service.name'));
    spans.push(...scopeSpans.flatMap((one) => one.spans.map((span) => ({ ...span, service }))));
  }
}

const valueOf = ({ attributes }: Pick<Span, 'attributes'>, wanted: string): unknown =>
  Object.values(attributes.find(({ key }) => key === wanted)?.value ?? {})[0];

const idOf = (eventId: string) => eventId.replaceAll('-', '');
const ofTrace = (traceId: string) => spans.filter((span) => span.traceId === traceId);
const join = async (edge: number) => {
  const token = await mintToken(cluster.authSecret, {
    sub: `u${edge}`,
    role: 'client',
    chat_id: 'c',
  });
  const socket = await openChat({ url: cluster.edges[edge]!.url, token });
  // Before it, the socket is open and not yet in the room: it would miss what is posted.
  await socket.next('connected');
  return socket;
};

test('a message that is posted is followed from its request to the sockets of every edge', async () => {
  const sockets = await Promise.all([join(0), join(1)]);
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const response = await fetch(`${cluster.ingress.url}/message?verbose=1`, {
    method: 'POST',
    headers: { 'api-token': cluster.apiToken, 'content-type': 'application/json', traceparent },
    body: JSON.stringify({
      id: 'm',
      chat_id: 'c',
      type: 'standard',
      text: 'Hello',
      user: operator,
    }),
  });
  expect(response.status).toBe(200);
  const { event_id: eventId } = (await response.json()) as { event_id: string };
  await Promise.all(sockets.map((socket) => socket.next('messageAdded')));
  const traceId = idOf(eventId);
  await expect.poll(() => ofTrace(traceId).length, { timeout: 15_000 }).toBeGreaterThanOrEqual(4);

  const all = ofTrace(traceId);
  const first = all.find(({ name }) => name === 'POST /message');
  expect(first).toMatchObject({ service: 'switchboard-ingress', spanId: traceId.slice(16) });
  expect(first!.parentSpanId ?? '').toBe('');
  expect(valueOf(first!, 'http.response.status_code')).toBe(200);
  expect(first!.links).toMatchObject([{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }]);
  const append = all.find(({ name }) => name === 'append');
  expect(valueOf(append!, 'switchboard.outcome')).toBe('appended');
  const fanOuts = all.filter(({ name }) => name === 'fan out to room');
  expect(fanOuts.map((span) => [span.service, valueOf(span, 'switchboard.sockets')])).toEqual([
    ['switchboard-edge', 1],
    ['switchboard-edge', 1],
  ]);
  for (const span of [append!, ...fanOuts]) expect(span.parentSpanId).toBe(first!.spanId);
  expect(BigInt(first!.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(append!.endTimeUnixNano));
  expect(BigInt(first!.startTimeUnixNano)).toBeLessThanOrEqual(BigInt(append!.startTimeUnixNano));
});

test('and one that a visitor sends, from the socket', async () => {
  const [sender, other] = await Promise.all([join(0), join(1)]);
  sender.sendFrame('sendMessage', { text: 'Hello' });
  const { event_id: eventId = '' } = await other.next('messageAdded');
  await expect.poll(() => ofTrace(idOf(eventId)).length, { timeout: 15_000 }).toBe(4);
  const names = ofTrace(idOf(eventId)).map(({ name }) => name);
  expect(names.toSorted()).toEqual([
    'append',
    'fan out to room',
    'fan out to room',
    'socket messageAdded',
  ]);
});

const operator = { id: 'op', role: 'operator', name: 'Op' };
