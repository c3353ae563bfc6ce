import { expect, test } from 'vitest';
import type { Result } from '../report/result-file.ts';
import { readResults } from './read-results.ts';

const result = (workload: string, options: object, rows: readonly object[]): Result => ({
  workload,
  options,
  rows,
  circumstances: {} as Result['circumstances'],
});

const row = {
  contender: 'switchboard',
  load: '500 messages/s',
  acceptedPerS: 500,
  deliveriesPerRead: 4,
  coresByRole: { ingress: 0.1, redis: 0.05, edge: 0.4 },
};

test('rows of kept results become points, and peers are left out', () => {
  const { messages, sockets } = readResults([
    result('fan-out', { subscribers: 1000 }, [row, { ...row, contender: 'ws' }]),
    result('rooms', { roomSize: 2, operators: 20 }, [row]),
    result('cost-curve', {}, [
      {
        edges: 4,
        rooms: 100_000,
        partitions: 16,
        copies: 4.2,
        messagesPerS: 500,
        ingressUs: 9,
        redisUs: 8,
        edgeUs: 7,
      },
    ]),
    result('density', {}, [
      {
        contender: 'switchboard',
        kind: 'chat',
        sockets: 9,
        connectCpuMs: 400,
        idleCoresPer100k: 0.2,
      },
    ]),
    result('storm', {}, [{}]),
  ]);
  expect(messages).toMatchObject([
    {
      sent: 0,
      copies: 2,
      writes: 250,
      deliveries: 1000,
      ingressUs: 200,
      redisUs: 100,
      edgesUs: 800,
    },
    { sent: 1, copies: 4, writes: 5.5, deliveries: 22, ingressUs: 0, edgesUs: 800 },
    { copies: 4.2, edgesUs: 28, ingressUs: 9 },
  ]);
  expect(sockets).toMatchObject([{ kind: 'chat', connectUs: 400, idleUsPerS: 2 }]);
});
