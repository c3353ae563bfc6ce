import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

test('a counter is a plain number that a scrape reads', async () => {
  const metrics = createMetrics({ defaults: false });
  const frames = metrics.counter({ name: 'frames_total', help: 'Frames' });
  frames.value += 3;
  expect(await metrics.render()).toContain('\nframes_total 3\n');
  frames.value += 2;
  expect(await metrics.render()).toContain('\nframes_total 5\n');
});

test('counters of one name with different labels are series of one metric, told before it has any', async () => {
  const metrics = createMetrics({ defaults: false });
  const commands = metrics.family({ name: 'commands_total', help: 'Commands' }, ['event', 'role']);
  expect(await metrics.render()).toBe(
    '# HELP commands_total Commands\n# TYPE commands_total counter\n',
  );
  commands('ping', 'client');
  commands('sendMessage', 'client').value += 7;
  commands('sendMessage', 'client').value += 1;
  const text = await metrics.render();
  expect(text).toContain('commands_total{event="ping",role="client"} 0');
  expect(text).toContain('commands_total{event="sendMessage",role="client"} 8');
  expect(text.match(/# TYPE commands_total counter/g)).toHaveLength(1);
});

test('what another part counts is read at each scrape', async () => {
  const metrics = createMetrics({ defaults: false });
  let reads = 2;
  metrics.readCounter({ name: 'reads_total', help: 'Reads' }, () => reads);
  expect(await metrics.render()).toContain('\nreads_total 2\n');
  reads = 5;
  expect(await metrics.render()).toContain('\nreads_total 5\n');
});

test('a gauge is read at each scrape', async () => {
  const metrics = createMetrics({ defaults: false });
  let sockets = 4;
  metrics.gauge({ name: 'sockets', help: 'Sockets' }, () => sockets);
  expect(await metrics.render()).toContain('\nsockets 4\n');
  sockets = 9;
  expect(await metrics.render()).toContain('\nsockets 9\n');
});

test('a histogram counts into its buckets', async () => {
  const metrics = createMetrics({ defaults: false });
  const latency = metrics.histogram({
    name: 'append_seconds',
    help: 'Append',
    buckets: [0.01, 0.1],
  });
  latency.observe(0.05);
  expect(await metrics.render()).toContain('append_seconds_bucket{le="0.1"} 1');
});

test('the default metrics have the delay of the event loop', async () => {
  expect(await createMetrics().render()).toContain('nodejs_eventloop_lag_p99_seconds');
});
