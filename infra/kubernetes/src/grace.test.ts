/** What Kubernetes waits for at the end of a pod, computed from what the app needs for its own end. */
import { variablesOf } from '@switchboard/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { fetchTimeoutMs, ofKind, overlays, prepare, render, type Manifest } from './render.ts';
import { environmentOf, roleOf } from './settings.ts';

beforeAll(prepare, fetchTimeoutMs);

/** Of the kubelet, and of the last log line. */
const marginSeconds = 5;
/** Until every node's proxy has taken a pod out of its Services: not in our hands, and below this nearly always. */
const propagationSeconds = 5;

const deployments = async (overlay: (typeof overlays)[number]) => {
  const manifests = await render(overlay);
  return ofKind(manifests, 'Deployment').map((deployment) => ({ deployment, manifests }));
};

/** In ms; the overlay's own value, or the app's default. */
function setting(name: string, deployment: Manifest, manifests: readonly Manifest[]): number {
  const set = environmentOf(deployment, manifests).get(name);
  const value = Number(set ?? variablesOf(roleOf(deployment)).get(name));
  if (!(value >= 0)) throw new Error(`${name} is no setting of ${deployment.metadata.name}`);
  return value;
}

describe.each(overlays)('in %s', (overlay) => {
  test('a pod has its preStop, its own bound and a margin before it is killed', async () => {
    for (const { deployment, manifests } of await deployments(overlay)) {
      const pod = deployment['spec'].template.spec;
      const stopSeconds = Math.ceil(setting('SHUTDOWN_TIMEOUT_MS', deployment, manifests) / 1_000);
      expect(pod.containers[0].lifecycle.preStop.sleep.seconds).toBe(propagationSeconds);
      expect(pod.terminationGracePeriodSeconds).toBe(
        propagationSeconds + stopSeconds + marginSeconds,
      );
    }
  });

  test("an edge's drain fits into its bound without being cut", async () => {
    const edges = (await deployments(overlay)).filter(
      ({ deployment }) => roleOf(deployment) === 'edge',
    );
    expect(edges.length).toBeGreaterThan(0);
    for (const { deployment, manifests } of edges) {
      const ms = (name: string) => setting(name, deployment, manifests);
      // Four fifths of the bound are the drain's, and a tenth of those is kept for closing frames.
      const drainMs = ms('SHUTDOWN_TIMEOUT_MS') * 0.8 * 0.9;
      expect(
        ms('DRAIN_WAIT_MS') + ms('DRAIN_WINDOW_MS') + ms('DRAIN_ANSWER_MS'),
      ).toBeLessThanOrEqual(drainMs);
      // A balancer that asks sees three answers of a probe while new sockets are still taken.
      const { periodSeconds, failureThreshold } =
        deployment['spec'].template.spec.containers[0].readinessProbe;
      expect(periodSeconds * failureThreshold * 1_000).toBeLessThanOrEqual(ms('DRAIN_WAIT_MS'));
    }
  });

  test('ingress goes on serving until its probe has failed', async () => {
    const ingresses = (await deployments(overlay)).filter(
      ({ deployment }) => roleOf(deployment) === 'ingress',
    );
    expect(ingresses).toHaveLength(1);
    for (const { deployment, manifests } of ingresses) {
      expect(setting('DRAIN_DELAY_MS', deployment, manifests)).toBeGreaterThan(0);
      expect(setting('DRAIN_DELAY_MS', deployment, manifests)).toBeLessThan(
        setting('SHUTDOWN_TIMEOUT_MS', deployment, manifests) / 2,
      );
    }
  });
});
