import { describe, expect, test } from 'vitest';
import { startCluster } from './cluster.ts';

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('startCluster', () => {
  test('starts edges and an ingress that are ready, and stops them all', async () => {
    const cluster = await startCluster({ edges: 2 });
    const nodes = [cluster.ingress, ...cluster.edges];
    for (const { privateUrl } of nodes) {
      expect((await fetch(`${privateUrl}/health/ready`)).status).toBe(200);
    }
    expect((await fetch(`${cluster.ingress.url}/health/ready`)).status).toBe(200);
    await cluster.stop();
    expect(nodes.map(({ pid }) => isAlive(pid))).toEqual([false, false, false]);
    expect(await Promise.all(nodes.map(({ exited }) => exited))).toEqual(
      nodes.map(() => ({ code: 0, signal: null })),
    );
  });

  test('grows by an edge, and a killed edge takes nobody with it', async () => {
    const cluster = await startCluster({ edges: 1 });
    const edge = await cluster.addEdge();
    expect(cluster.edges.map(({ name }) => name)).toEqual(['edge-1', 'edge-2']);
    edge.kill();
    expect(await edge.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect((await fetch(`${cluster.edges[0]!.privateUrl}/health/ready`)).status).toBe(200);
    await cluster.stop();
  });

  test('says what a process wrote when it does not start', async () => {
    const failed = startCluster({ edges: 1, env: { PARTITIONS: 'many' } });
    await expect(failed).rejects.toThrow(/ended before it was ready[^]*PARTITIONS="many"/);
  });
});
