/** Waits until a process says that it is ready. */
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeProcess } from './node-process.ts';

/** Resolves when `<url>/health/ready` answers 200; rejects with the process's output when it does not. */
export const waitUntilReady = async (
  node: NodeProcess & { name: string },
  url: string,
  timeoutMs: number,
): Promise<void> => {
  const deadline = performance.now() + timeoutMs;
  let last = 'no answer';
  while (performance.now() < deadline) {
    if (node.hasExited()) break;
    last = await askReady(url);
    if (last === 'ready') return;
    await delay(40);
  }
  if (node.hasExited()) await node.exited;
  const state = node.hasExited() ? 'ended before it was ready' : `not ready after ${timeoutMs} ms`;
  throw new Error(`${node.name} ${state} (${url}: ${last}); it wrote:\n${node.output()}`);
};

const askReady = async (url: string): Promise<string> => {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2000) });
    const body = await response.text();
    return response.status === 200 ? 'ready' : `${response.status} ${body.trim()}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
