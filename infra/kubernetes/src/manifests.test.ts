import { beforeAll, expect, test } from 'vitest';
import { fetchTimeoutMs, overlays, prepare, render } from './render.ts';
import { schemaProblems } from './schema.ts';

beforeAll(prepare, fetchTimeoutMs);

const rendered = () => Promise.all(overlays.map(render));

test('every manifest has the keys and types of its Kubernetes kind', async () => {
  expect(await schemaProblems((await rendered()).flat())).toEqual([]);
}, 60_000);

test('a key that Kubernetes does not know and a value of another type are found', async () => {
  const wrong = structuredClone((await rendered())[1]!);
  const deployment = wrong.find(({ kind }) => kind === 'Deployment')!;
  deployment['spec'].template.spec.containers[0].readinessProb = {};
  const route = wrong.find(({ kind }) => kind === 'HTTPRoute')!;
  route['spec'].rules[0].backendRefs[0].port = '7001';
  const problems = await schemaProblems([deployment, route]);
  expect(problems).toHaveLength(2);
  expect(problems.join('\n')).toMatch(/readinessProb.*does not exist/u);
  expect(problems.join('\n')).toMatch(/'string' is not assignable to type 'number'/u);
});
