/** Looks at the cluster every few seconds for as long as its page is shown. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { Place } from '../shell/place.ts';
import {
  emptyHistory,
  withLook,
  type History,
  type NodeFigures,
  type RedisFigures,
} from './figures.ts';

export interface ClusterWatch {
  readonly history: ReadonlySignal<History>;
  /** Why the last look failed; empty when it did not. */
  readonly problem: ReadonlySignal<string>;
  /** Resolves with what went wrong, or with nothing. */
  drain(nodeId: string): Promise<string>;
  stop(): void;
}

const lookEveryMs = 2_000;

export class Refused extends Error {}

export function watchCluster(place: Place, apiToken: string, onRefused: () => void): ClusterWatch {
  const history = signal(emptyHistory);
  const problem = signal('');
  const headers = { 'api-token': apiToken };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  const look = async () => {
    const response = await fetch(place.api('/nodes'), { headers });
    // The figures are of now, however long the other call takes: rates are made of this.
    const atMs = Date.now();
    if (response.status === 401) throw new Refused('This token was refused.');
    if (!response.ok) throw new Error(`The API answers ${response.status}.`);
    const nodes = (await response.json()) as NodeFigures[];
    const health = await fetch(place.api('/health/ready'));
    const redis = (await health.json()) as RedisFigures;
    history.value = withLook(history.peek(), { atMs, nodes, redis });
    problem.value = '';
  };
  const turn = async () => {
    try {
      await look();
    } catch (error) {
      problem.value = textOf(error);
      if (error instanceof Refused) return onRefused();
    }
    if (!isStopped) timer = setTimeout(() => void turn(), lookEveryMs);
  };
  void turn();
  return {
    history,
    problem,
    async drain(nodeId) {
      const path = `/nodes/${encodeURIComponent(nodeId)}/drain`;
      try {
        const response = await fetch(place.api(path), { method: 'POST', headers });
        return response.ok ? '' : `The API answers ${response.status}.`;
      } catch (error) {
        return textOf(error);
      }
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
