import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { fetchTimeoutMs, ofKind, overlays, prepare, render, type Manifest } from './render.ts';
import { environmentOf, roleOf } from './settings.ts';

beforeAll(prepare, fetchTimeoutMs);

const edge = readFileSync(new URL('../../../apps/edge/package.json', import.meta.url), 'utf8');
const { version } = JSON.parse(edge) as { version: string };

interface Container {
  readonly name: string;
  readonly image: string;
  readonly resources?: {
    readonly requests?: Record<string, string>;
    readonly limits?: Record<string, string>;
  };
  // oxlint-disable-next-line typescript/no-explicit-any -- what it holds is checked by schema.ts
  readonly [field: string]: any;
}

const workloads = (manifests: readonly Manifest[]) =>
  ofKind(manifests, 'Deployment', 'StatefulSet');
const podOf = (workload: Manifest) => workload['spec'].template.spec;
const labelsOf = (workload: Manifest) => workload['spec'].template.metadata.labels;
const containersOf = (workload: Manifest): Container[] => [
  ...(podOf(workload).initContainers ?? []),
  ...podOf(workload).containers,
];

const selects = (selector: { matchLabels?: object; matchExpressions?: unknown }, labels: object) =>
  selector.matchExpressions === undefined &&
  Object.entries(selector.matchLabels ?? {}).every(
    ([name, value]) => (labels as Record<string, unknown>)[name] === value,
  );

describe.each(overlays)('in %s', (overlay) => {
  test('nothing runs as root, with a writable root, or with more than it asks for', async () => {
    const all = workloads(await render(overlay));
    expect(all.length).toBeGreaterThanOrEqual(2);
    for (const workload of all) {
      expect(podOf(workload).securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext, resources } of containersOf(workload)) {
        expect(securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        for (const bound of [resources?.requests, resources?.limits]) {
          expect(Object.keys(bound ?? {}).toSorted()).toEqual(['cpu', 'memory']);
        }
      }
    }
  });

  test('pods have no token of the API server, and accounts no rights', async () => {
    const manifests = await render(overlay);
    expect(ofKind(manifests, 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding')).toEqual(
      [],
    );
    const accounts = ofKind(manifests, 'ServiceAccount');
    for (const account of accounts) expect(account['automountServiceAccountToken']).toBe(false);
    for (const workload of workloads(manifests)) {
      expect(podOf(workload).automountServiceAccountToken).toBe(false);
      expect(accounts.map(({ metadata }) => metadata.name)).toContain(
        podOf(workload).serviceAccountName,
      );
    }
  });

  test('every image is of one version, and ours of the one that is here', async () => {
    const images = workloads(await render(overlay)).flatMap(containersOf);
    for (const { image } of images)
      expect(image).toMatch(/:[\w.-]*\d[\w.-]*$|@sha256:[\da-f]{64}$/u);
    const ours = images.filter(({ image }) => /^switchboard-[^@]*$/u.test(image));
    for (const { image } of ours) expect(image.split(':')[1]).toBe(version);
    expect(ours).not.toEqual([]);
  });

  test('every container is probed on a port that it has, and every pod is spread and has a budget', async () => {
    const manifests = await render(overlay);
    const budgets = ofKind(manifests, 'PodDisruptionBudget');
    for (const workload of workloads(manifests)) {
      const [container] = podOf(workload).containers as [Container];
      for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
        expect(container[probe]).toBeDefined();
      }
      const matching = budgets.filter(({ spec }) => selects(spec.selector, labelsOf(workload)));
      expect(matching).toHaveLength(1);
    }
    for (const deployment of ofKind(manifests, 'Deployment')) {
      const [container] = podOf(deployment).containers as [Container];
      const ports = container['ports'].map(({ name }: { name: string }) => name);
      expect(ports).toEqual(['http', 'private']);
      for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
        expect(container[probe].httpGet.port).toBe('private');
      }
      expect(podOf(deployment).topologySpreadConstraints).toHaveLength(2);
    }
  });

  test('traffic is let in and out by name only', async () => {
    const manifests = await render(overlay);
    const policies = ofKind(manifests, 'NetworkPolicy');
    for (const workload of workloads(manifests)) {
      const own = policies.filter(({ spec }) => selects(spec.podSelector, labelsOf(workload)));
      const closed = own.filter(({ spec }) => !spec.ingress && !spec.egress);
      expect(closed.map(({ spec }) => spec.policyTypes)).toEqual([['Ingress', 'Egress']]);
    }
  });

  test('what is referred to is there, or named in README.md as to be made', async () => {
    const manifests = await render(overlay);
    const names = (kind: string) => ofKind(manifests, kind).map(({ metadata }) => metadata.name);
    const madeByHand =
      overlay === 'dev' ? [] : ['switchboard-edge', 'switchboard-ingress', 'switchboard-hooks'];
    const text = JSON.stringify(manifests);
    const referred = (key: string) =>
      [...text.matchAll(new RegExp(`"${key}":\\{(?:"key":"\\w+",)?"name":"([^"]+)"`, 'gu'))].map(
        ([, name]) => name,
      );
    for (const name of referred('configMapRef')) expect(names('ConfigMap')).toContain(name);
    for (const name of [...referred('secretRef'), ...referred('secretKeyRef')]) {
      expect([...names('Secret'), ...madeByHand]).toContain(name);
    }
    for (const route of ofKind(manifests, 'HTTPRoute')) {
      for (const { backendRefs } of route['spec'].rules) {
        expect(names('Service')).toContain(backendRefs[0].name);
      }
    }
    for (const { spec } of ofKind(manifests, 'HorizontalPodAutoscaler')) {
      expect(names('Deployment')).toContain(spec.scaleTargetRef.name);
    }
  });

  test('a Service reaches the pods of one workload', async () => {
    const manifests = await render(overlay);
    for (const { spec } of ofKind(manifests, 'Service')) {
      const reached = workloads(manifests).filter((workload) =>
        selects({ matchLabels: spec.selector }, labelsOf(workload)),
      );
      expect(reached).toHaveLength(1);
    }
  });
});

test('with separate pools /broadcast goes to its own edges', async () => {
  const [route] = ofKind(await render('production-pools'), 'HTTPRoute');
  expect(
    route!['spec'].rules.map(({ name, backendRefs }: Container) => [name, backendRefs[0].name]),
  ).toEqual([
    ['chat', 'switchboard-edge'],
    ['broadcast', 'switchboard-edge-broadcast'],
  ]);
});

test('with a backend every process has its address and secrets, and may call out to it', async () => {
  const manifests = await render('production-backend');
  const deployments = ofKind(manifests, 'Deployment');
  expect(deployments).toHaveLength(2);
  for (const deployment of deployments) {
    const environment = environmentOf(deployment, manifests);
    expect(environment.get('EVENTS_HOOK_URL')).toMatch(/^http:\/\/[\w.-]+\/hooks\/events$/u);
    expect(environment.has('SEND_HOOK_URL')).toBe(roleOf(deployment) === 'edge');
    const { envFrom } = podOf(deployment).containers[0];
    expect(envFrom).toContainEqual({ secretRef: { name: 'switchboard-hooks' } });
  }
  const backend = { namespaceSelector: { matchLabels: { 'switchboard/backend': 'true' } } };
  const out = ofKind(manifests, 'NetworkPolicy').find(
    ({ metadata }) => metadata.name === 'switchboard-hooks',
  );
  expect(out!['spec'].egress).toEqual([{ to: [backend], ports: [{ port: 8080 }] }]);
  const names = deployments.map((deployment) => labelsOf(deployment)['app.kubernetes.io/name']);
  expect(new Set(out!['spec'].podSelector.matchExpressions[0].values)).toEqual(new Set(names));
});
