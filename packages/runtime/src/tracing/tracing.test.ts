import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { traceIdsOf } from './trace-ids.ts';
import { openTracing } from './tracing.ts';

const options = { ratio: 1, role: 'edge', version: '1', nodeId: 'n', onWarning: () => {} };

test('off, everything is what it was: nothing is between a message and its sockets', async () => {
  const tracing = await openTracing({ ...options, endpoint: undefined });
  const log = { append: async () => ({ kind: '' }), followRoom: () => {}, followFeed: () => {} };
  const publish = () => 1;
  expect(tracing.log(log)).toBe(log);
  expect(tracing.publish(publish)).toBe(publish);
  await tracing.stop();
});

test('off, nothing of OpenTelemetry is loaded but its API, which prom-client has; on, it is', async () => {
  const script = `
    import { registerHooks } from 'node:module';
    let loaded = 0;
    registerHooks({ load: (url, context, next) => {
      if (/@opentelemetry[+/](?:sdk|exporter|otlp)/.test(url)) loaded += 1;
      return next(url, context);
    } });
    const { openTracing } = await import(process.argv[1]);
    const open = (endpoint) => openTracing({ ratio: 1, role: 'edge', version: '1', nodeId: 'n', onWarning() {}, endpoint });
    await open(undefined);
    const off = loaded;
    await (await open('http://127.0.0.1:9')).stop();
    console.log(JSON.stringify({ off, on: loaded > 0 }));
  `;
  const index = new URL('../index.ts', import.meta.url).href;
  const args = ['--conditions=source', '--input-type=module', '-e', script, index];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual({ off: 0, on: true });
});

test("a trace is found by its event's id, and one by any other id", () => {
  expect(traceIdsOf('0191f0c2-7b1e-7a3c-9d4e-5f60718293a4')).toEqual({
    traceId: '0191f0c27b1e7a3c9d4e5f60718293a4',
    firstSpanId: '9d4e5f60718293a4',
  });
  const { traceId, firstSpanId } = traceIdsOf('an id of another form');
  expect([traceId, firstSpanId]).toEqual([
    expect.stringMatching(/^[\da-f]{32}$/u),
    expect.stringMatching(/^[\da-f]{16}$/u),
  ]);
  expect(traceIdsOf('an id of another form')).toEqual({ traceId, firstSpanId });
});
