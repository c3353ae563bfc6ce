import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { within } from './call.ts';

/** Answers what it is sent, and says in `answered` when its answer is in the kernel. */
const answering = `
  const { createServer } = require('node:net');
  const { parentPort, workerData } = require('node:worker_threads');
  const server = createServer((socket) => {
    socket.on('data', () => socket.write('PONG', () => {
      Atomics.store(workerData, 0, 1);
      Atomics.notify(workerData, 0);
    }));
  }).listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;
const deadlineMs = 20;

test('a reply that came while this process was busy counts, though its deadline has passed', async () => {
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(answering, { eval: true, workerData: answered });
  const [port] = (await once(worker, 'message')) as [number];
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');

  const began = performance.now();
  socket.write('PING');
  const reply = within(deadlineMs, once(socket, 'data'));
  // Nothing else runs here until the answer is there and too late.
  Atomics.wait(answered, 0, 0, 10_000);
  while (performance.now() - began < deadlineMs * 2);

  expect(String(await reply)).toBe('PONG');
  socket.destroy();
  await worker.terminate();
});

test('no reply is told at the deadline, as one that may have been executed', async () => {
  const never = new Promise(() => undefined);
  await expect(within(deadlineMs, never)).rejects.toMatchObject({
    name: 'BusUnavailable',
    executed: 'unknown',
  });
});
