/** What ingress says: whether it takes our token, is ready, and how the edges are. */
import { type Finding, finding } from '@switchboard/bus';
import type { NodesAnswer } from '@switchboard/protocol';
import { createApi } from '../api.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Settings } from '../settings.ts';

const lagWarnMs = 250;

export async function checkNodes(settings: Settings, edgesMin: number): Promise<Finding[]> {
  if (!settings.apiToken) {
    return [finding('api-token', ['skip', 'API_TOKEN is not set', 'Set it to ask ingress too.'])];
  }
  try {
    const nodes = await createApi(settings).get<NodesAnswer>('/nodes');
    return [
      finding('api-token', ['ok', `${settings.url} takes it`]),
      ...judgeNodes(nodes, edgesMin),
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
  const versions = [...new Set(nodes.map(({ version }) => version))];
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
    finding('versions', [
      versions.length <= 1 ? 'ok' : 'warn',
      versions.join(' and ') || 'none',
      'Finish the upgrade, or roll it back: two versions are for minutes, not for weeks.',
    ]),
  ];
}
