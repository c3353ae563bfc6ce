/** What ingress says: whether it takes our token, is ready, and how the edges are. */
import { type Finding, finding } from '@switchboard/bus';
import type { NodesAnswer } from '@switchboard/protocol';
import { createApi } from '../api.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Settings } from '../settings.ts';
import { judgeVersions } from './judge-versions.ts';

const lagWarnMs = 250;

/** @param privateUrls private ports, `http://…` */
export async function checkNodes(
  settings: Settings,
  edgesMin: number,
  privateUrls: readonly string[],
): Promise<Finding[]> {
  if (!settings.apiToken) {
    return [finding('api-token', ['skip', 'API_TOKEN is not set', 'Set it to ask ingress too.'])];
  }
  try {
    const nodes = await createApi(settings).get<NodesAnswer>('/nodes');
    return [
      finding('api-token', ['ok', `${settings.url} takes it`]),
      ...judgeNodes(nodes, edgesMin),
      judgeForwarded(nodes),
      await judgeVersions(settings, nodes, privateUrls),
    ];
  } catch (error) {
    const { message, hint, exitCode } = error as Failure;
    if (!(error instanceof Failure)) throw error;
    const id = exitCode === exitCodes.notAllowed ? 'api-token' : 'ingress';
    return [finding(id, ['fail', message, hint ?? 'See what ingress logs.'])];
  }
}

function judgeNodes(nodes: NodesAnswer, edgesMin: number): Finding[] {
  const worst = Math.max(0, ...nodes.flatMap((node) => [node.loop_lag_ms, node.follow_lag_ms]));
  const away = nodes.filter(({ state }) => state !== 'ready');
  return [
    finding('edges', [
      nodes.length >= edgesMin ? 'ok' : 'fail',
      `${nodes.length} edges live, ${edgesMin} expected`,
      'Start them; one that is started and not listed does not reach Redis, or has another KEY_PREFIX.',
    ]),
    finding('edge-states', [
      away.length === 0 ? 'ok' : 'warn',
      away.length === 0 ? 'all ready' : away.map(({ id, state }) => `${id} ${state}`).join(', '),
      'Draining is a restart under way; starting for long: its /health/ready says why.',
    ]),
    finding('lag', [
      worst <= lagWarnMs ? 'ok' : 'warn',
      `${Math.round(worst)} ms at the latest edge`,
      'Start more edges: above OVERLOAD_LAG_MS messages are refused.',
    ]),
  ];
}

function judgeForwarded(nodes: NodesAnswer): Finding {
  const sum = (count: (node: NodesAnswer[number]) => number | undefined) =>
    nodes.reduce((total, node) => total + (count(node) ?? 0), 0);
  const ignored = sum((node) => node.forwarded_ignored);
  const missing = sum((node) => node.forwarded_missing);
  if (missing > 0)
    return finding('forwarded-for', [
      'warn',
      `${missing} connects from TRUSTED_PROXIES named no client`,
      'Have the balancer set X-Forwarded-For: all of its clients count as one address.',
    ]);
  return finding('forwarded-for', [
    ignored > 0 ? 'warn' : 'ok',
    ignored > 0
      ? `${ignored} connects had an X-Forwarded-For that is not believed`
      : 'every X-Forwarded-For came from TRUSTED_PROXIES',
    "Put the balancer's addresses into TRUSTED_PROXIES of the edges, unless clients wrote it.",
  ]);
}
