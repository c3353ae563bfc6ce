/** Edges and ingresses of an earlier commit and of this tree, over one Redis; then the earlier ones go. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterNode } from '@switchboard/testkit';
import { sustained } from '../faults/expectations.ts';
import type { Scenario, Stage } from '../faults/scenario.ts';
import { findEarlierCommit } from './earlier-commit.ts';
import { unpackSources } from './earlier-sources.ts';

/** The first of each are the earlier ones. */
const earlierEdges = 2;
const earlierNames = ['edge-1', 'edge-2', 'ingress-1'];

const sources: Scenario['sources'] = async () => {
  const commit = await findEarlierCommit();
  const { folder, remove } = await unpackSources(commit);
  await commit.forget();
  return { of: Object.fromEntries(earlierNames.map((name) => [name, folder])), remove };
};

interface Posted {
  event_id: string;
  duplicate: boolean;
}

/** Nobody of the ledger sees it. */
const message = {
  id: 'twice',
  chat_id: 'aside',
  type: 'system',
  type_role: 'client',
  text: 'Posted to both versions',
};

const post = async ({ cluster }: Stage, { url }: ClusterNode): Promise<Posted> => {
  const response = await fetch(`${url}/message`, {
    method: 'POST',
    headers: { 'api-token': cluster.apiToken, 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
  if (response.status !== 200) throw new Error(`${url}: ${response.status}`);
  return (await response.json()) as Posted;
};

/** As a rolling update does it. */
const end = async ({ ledger, expect }: Stage, node: ClusterNode): Promise<void> => {
  ledger.mark(`SIGTERM ${node.name}`);
  node.kill('SIGTERM');
  const { code } = await node.exited;
  expect(code === 0, `${node.name} ended with ${code}: ${node.output()}`);
};

/** Callers turn elsewhere first; a request that is under way is given time. */
const underWayMs = 500;

const upgrade = async (stage: Stage): Promise<void> => {
  const { at, cluster, ledger, scale, expect, figure } = stage;
  const [earlier, current] = cluster.ingresses as [ClusterNode, ClusterNode];
  const first = await post(stage, earlier);
  await at(scale.seconds * 300);
  for (const edge of cluster.edges.slice(0, earlierEdges)) {
    ledger.edges.remove(edge.url);
    await end(stage, edge);
  }
  ledger.ingresses.remove(earlier.url);
  await delay(underWayMs);
  await end(stage, earlier);
  figure('upgradedMs', ledger.now());
  const again = await post(stage, current);
  expect(
    again.duplicate && again.event_id === first.event_id,
    `a message is executed again by the other version: ${JSON.stringify([first, again])}`,
  );
};

const draining = 4001;

const judge = ({ ledger, expect, figure }: Stage): void => {
  const { readers, refusals } = ledger.book;
  const closes = readers.flatMap(({ marks }) => marks.filter(({ what }) => what === 'away'));
  const cut = closes.filter(({ closeCode }) => closeCode !== draining);
  figure('moved', closes.length);
  expect(closes.length > 0, 'nobody was on an earlier edge');
  expect(cut.length === 0, `${cut.length} sockets were closed with ${cut[0]?.closeCode}`);
  expect(refusals.size === 0, `upgrades were refused: ${JSON.stringify([...refusals])}`);
};

export const upgraded: Scenario = {
  name: 'upgrade',
  sources,
  edges: 3,
  ingresses: 2,
  isDirect: true,
  env: { DRAIN_WAIT_MS: '0', DRAIN_WINDOW_MS: '500', SHUTDOWN_TIMEOUT_MS: '8000' },
  shape: sustained,
  shortSeconds: 5,
  patienceMs: 15_000,
  faults: upgrade,
  judge,
};
