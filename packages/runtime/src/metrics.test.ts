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

test('counters of one name with different labels are series of one metric', async () => {
  const metrics = createMetrics({ defaults: false });
  const created = ['ping', 'sendMessage'].map((event) =>
    metrics.counter({ name: 'commands_total', help: 'Commands', labels: { event } }),
  );
  created[1]!.value = 7;
  const text = await metrics.render();
  expect(text).toContain('commands_total{event="ping"} 0');
  expect(text).toContain('commands_total{event="sendMessage"} 7');
  expect(text.match(/# TYPE commands_total counter/g)).toHaveLength(1);
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
