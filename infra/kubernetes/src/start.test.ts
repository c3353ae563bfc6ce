/** The apps with exactly the environment that an overlay gives them, ports and Redis aside. */
import { startCluster, variablesOf } from '@switchboard/testkit';
import { beforeAll, expect, test } from 'vitest';
import { fetchTimeoutMs, ofKind, overlays, prepare, render } from './render.ts';
import { environmentOf, roleOf } from './settings.ts';

beforeAll(prepare, fetchTimeoutMs);

const rendered = async (overlay: (typeof overlays)[number]) => {
  const manifests = await render(overlay);
  return ofKind(manifests, 'Deployment').map((deployment) => ({
    deployment,
    environment: environmentOf(deployment, manifests),
  }));
};

test.each(overlays)('%s sets no variable that the app does not have', async (overlay) => {
  for (const { deployment, environment } of await rendered(overlay)) {
    const known = [...variablesOf(roleOf(deployment)).keys()];
    expect(known).toEqual(expect.arrayContaining([...environment.keys()]));
    expect(environment.get('PRIVATE_HOST')).toBe('0.0.0.0');
    const ports = deployment['spec'].template.spec.containers[0].ports;
    expect(
      ports.map(({ containerPort }: { containerPort: number }) => String(containerPort)),
    ).toEqual([environment.get('PORT'), environment.get('PRIVATE_PORT')]);
  }
});

test('the apps start with what production with a backend tells them, and answer its probes', async () => {
  const own = new Set(['PORT', 'PRIVATE_PORT', 'PRIVATE_HOST']);
  const everything = await rendered('production-backend');
  const envOf = Object.fromEntries(
    everything.map(({ deployment, environment }) => [
      `${roleOf(deployment)}-1`,
      Object.fromEntries([...environment].filter(([name]) => !own.has(name))),
    ]),
  );
  const probes = everything.map(({ deployment }) => {
    const [container] = deployment['spec'].template.spec.containers;
    return [container.livenessProbe, container.readinessProbe].map(({ httpGet }) => httpGet.path);
  });
  // Of the Secret that README.md shows how to make. Nobody is at its address: they are ready all the same.
  const env = { HOOK_SECRETS: 'at-least-16-characters' };
  const cluster = await startCluster({ edges: 1, env, envOf });
  try {
    for (const { privateUrl } of [cluster.ingress, ...cluster.edges]) {
      for (const path of new Set(probes.flat())) {
        expect({ path, status: (await fetch(privateUrl + path)).status }).toEqual({
          path,
          status: 200,
        });
      }
    }
  } finally {
    await cluster.stop();
  }
}, 60_000);
