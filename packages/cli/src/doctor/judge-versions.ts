/** Which versions run: the edges say it by their leases, the ingresses each for itself. */
import { type Finding, finding } from '@switchboard/bus';
import type { NodesAnswer } from '@switchboard/protocol';
import type { Settings } from '../settings.ts';

const timeoutMs = 3_000;
/** A balancer hands each to one of the ingresses. */
const asks = 12;

export async function judgeVersions(
  { url }: Settings,
  nodes: NodesAnswer,
  privateUrls: readonly string[],
): Promise<Finding> {
  const urls = [...Array<string>(asks).fill(url), ...privateUrls];
  const told = await Promise.all(urls.map(versionOf));
  const ingresses = wordsOf(told.slice(0, asks));
  const edges = wordsOf(nodes.map(({ version }) => version));
  const named = wordsOf(told.slice(asks));
  const all = new Set([...ingresses, ...edges, ...named]);
  const saw = [
    `edges ${edges.join(' and ') || 'none'}`,
    `ingresses ${ingresses.join(' and ') || 'not told'}`,
    ...(named.length > 0 ? [`private ports ${named.join(' and ')}`] : []),
  ];
  return finding('versions', [
    all.size <= 1 ? 'ok' : 'warn',
    saw.join(', '),
    'Finish the upgrade, or roll it back: two versions are for minutes, not for weeks.',
  ]);
}

async function versionOf(url: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(`${url}/health/ready`, { signal });
    return ((await answer.json()) as { version?: string }).version;
  } catch {
    return undefined; // That nobody answers is found elsewhere.
  }
}

const wordsOf = (versions: readonly (string | undefined)[]): string[] =>
  [...new Set(versions.filter((version) => version !== undefined))].toSorted();
