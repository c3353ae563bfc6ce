import { expect, test } from 'vitest';
import { startCluster } from './cluster.ts';
import { collectGarbage } from './collect-garbage.ts';

test('the garbage of a process is put away, and it serves as before', async () => {
  const cluster = await startCluster({ edges: 0, ingresses: 1 });
  try {
    const read = () => fetch(`${cluster.ingress.url}/openapi.json`);
    for (let call = 0; call < 100; call += 1) await (await read()).text();
    expect(await collectGarbage(cluster.ingress)).toBeGreaterThan(1_000_000);
    expect(Math.abs(await collectGarbage(cluster.ingress))).toBeLessThan(1_000_000);
    expect((await read()).status).toBe(200);
  } finally {
    await cluster.stop();
  }
});
