/** One site of real processes for a test file: up before its first test, down after its last. */
import { startCluster, type Cluster, type StartClusterOptions } from '@switchboard/testkit';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createBackend, type Backend } from './backend.ts';
import { createCast, type Cast } from './cast.ts';

/** What a story needs of a site, wherever its processes run. */
export interface Site {
  /** `ws://…`; behind a balancer they may be one. */
  readonly edges: readonly { readonly url: string }[];
  readonly ingress: { readonly url: string };
  readonly apiToken: string;
  readonly authSecret: string;
  stop(): Promise<void>;
}

export interface Stage<Where extends Site = Cluster> {
  /** Two edges, an ingress and Redis; there from the first test on. */
  readonly cluster: Where;
  readonly backend: Backend;
  /** Opens sockets, which close after the test (with `concurrent`: with the cluster). */
  readonly cast: Cast;
  /** A name that nothing else on this stage has. */
  name(kind: string): string;
}

/** The part of a stage that a story plays on, whatever site is behind it. */
export type Place = Pick<Stage, 'backend' | 'cast' | 'name'>;

export interface StageOptions extends StartClusterOptions {
  /** The file's tests run at the same time: sockets stay until the last of them has ended. */
  concurrent?: boolean;
}

/**
 * On a machine that others use up edges are late, and late edges drop typing and refuse messages. What they
 * do then has tests of its own.
 */
const neverLate = { OVERLOAD_LAG_MS: '0' };

/** Call it at the top of a file: it registers the hooks. */
export const raiseStage = ({ concurrent, ...options }: StageOptions = {}): Stage =>
  raiseStageOn(
    () => startCluster({ ...options, env: { ...neverLate, ...options.env } }),
    concurrent === true ? 'at the end' : 'after each test',
  );

/**
 * The same on a site that `start` brings up.
 *
 * @param leave when the sockets of the cast close
 */
export const raiseStageOn = <Where extends Site>(
  start: () => Promise<Where>,
  leave: 'after each test' | 'at the end' = 'after each test',
): Stage<Where> => {
  let running: Where | undefined;
  const cluster = () => {
    if (running === undefined) throw new Error('the cluster is there from the first test on');
    return running;
  };
  const name = createNames();
  const cast = createCast(cluster, name);
  const backend = createBackend(() => ({
    url: cluster().ingress.url,
    apiToken: cluster().apiToken,
  }));

  beforeAll(async () => {
    running = await start();
  });
  if (leave === 'after each test') afterEach(() => cast.leave());
  afterAll(() => running?.stop());

  return {
    get cluster() {
      return cluster();
    },
    backend,
    cast,
    name,
  };
};

const createNames = () => {
  let count = 0;
  return (kind: string) => `${kind}-${(count += 1)}`;
};
