/** Puts away the garbage of a process at a moment of our choice, so that what is left can be compared. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { NodeProcess } from './node-process.ts';

type Inspected = Pick<NodeProcess, 'kill' | 'output' | 'hasExited'>;

const listeningMs = 5000;
const lookMs = 50;

/**
 * Resolves with how many bytes of heap became free. Works through Node's inspector, which SIGUSR1 opens on
 * a port of its own on loopback, and which stays open; rejects when it does not open within 5 s.
 */
export const collectGarbage = async (node: Inspected): Promise<number> => {
  const socket = new WebSocket(await openInspector(node));
  let calls = 0;
  const call = async (method: string): Promise<{ usedSize?: number }> => {
    const id = (calls += 1);
    socket.send(JSON.stringify({ id, method }));
    const [data] = (await once(socket, 'message')) as [Buffer];
    return (JSON.parse(String(data)) as { result: { usedSize?: number } }).result;
  };
  const usedBytes = async () => (await call('Runtime.getHeapUsage')).usedSize ?? NaN;
  try {
    await once(socket, 'open');
    const before = await usedBytes();
    // What the first one finds only to be finalized is freed by the next.
    await call('HeapProfiler.collectGarbage');
    await call('HeapProfiler.collectGarbage');
    return before - (await usedBytes());
  } finally {
    socket.terminate();
  }
};

const openInspector = async (node: Inspected): Promise<string> => {
  const find = () => /Debugger listening on (ws:\S+)/u.exec(node.output())?.[1];
  if (find() === undefined) node.kill('SIGUSR1');
  const deadlineMs = performance.now() + listeningMs;
  while (performance.now() < deadlineMs && !node.hasExited()) {
    const url = find();
    if (url !== undefined) return url;
    await delay(lookMs);
  }
  throw new Error(`the inspector did not open:\n${node.output()}`);
};
