/** Redis, two edges and an ingress in containers on a network of their own, from images that are built. */
import { randomBytes } from 'node:crypto';
import type { StartedNetwork } from 'testcontainers';
import type { Role } from '../cluster-node.ts';
import type { ProcessContainer } from './process-container.ts';
import { startRedisContainer } from './redis-container.ts';

export interface ContainerSite {
  edges: readonly ProcessContainer[];
  ingress: ProcessContainer;
  /** A token for the `Api-Token` header. */
  apiToken: string;
  /** The secret for `mintToken`. */
  authSecret: string;
  /** Ends and removes everything, whatever has ended before. */
  stop(): Promise<void>;
}

export interface ContainerSiteOptions {
  /** The image of each role, with its tag. */
  images: Readonly<Record<Role, string>>;
}

/** As long as behind a balancer, and longer: whoever asks here may be slow. */
const drainDelayMs = '3000';

/** Resolves when all containers are healthy; rejects, with all removed again, when one is not. */
export const startContainerSite = async ({
  images,
}: ContainerSiteOptions): Promise<ContainerSite> => {
  const { Network } = await import('testcontainers');
  const ends = createEnds();
  try {
    const network = await new Network().start();
    ends.add(() => network.stop());
    const redis = await startRedisContainer(['--save', '', '--appendonly', 'no'], network);
    ends.add(redis.stop);
    const secrets = {
      apiToken: randomBytes(18).toString('base64url'),
      authSecret: randomBytes(32).toString('base64url'),
    };
    const [ingress, ...edges] = await startProcesses({ images, network, ends, secrets });
    return { ...secrets, edges, ingress: ingress!, stop: ends.run };
  } catch (error) {
    await ends.run();
    throw error;
  }
};

interface Ends {
  add(end: () => Promise<unknown>): void;
  /** The newest first: a network goes when nothing is in it. */
  run(): Promise<void>;
}

const createEnds = (): Ends => {
  const ends: (() => Promise<unknown>)[] = [];
  return {
    add: (end) => void ends.push(end),
    run: async () => {
      for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
    },
  };
};

interface Plan {
  role: Role;
  /** On the network. */
  name: string;
}

const plans: readonly Plan[] = [
  { role: 'ingress', name: 'ingress-1' },
  { role: 'edge', name: 'edge-1' },
  { role: 'edge', name: 'edge-2' },
];

interface Setting {
  images: ContainerSiteOptions['images'];
  network: StartedNetwork;
  ends: Ends;
  secrets: Pick<ContainerSite, 'apiToken' | 'authSecret'>;
}

/** All at the same time; all have settled when a failure is told, so that nothing starts any more. */
const startProcesses = async ({
  images,
  network,
  ends,
  secrets,
}: Setting): Promise<ProcessContainer[]> => {
  const { startProcessContainer } = await import('./process-container.ts');
  const env = {
    edge: { AUTH_SECRET: secrets.authSecret },
    ingress: { API_TOKENS: `local:${secrets.apiToken}`, DRAIN_DELAY_MS: drainDelayMs },
  };
  const start = async ({ role, name }: Plan) => {
    const container = await startProcessContainer({
      name,
      role,
      image: images[role],
      network,
      env: { REDIS_URL: 'redis://redis:6379', ...env[role] },
    });
    ends.add(container.remove);
    return container;
  };
  return (await Promise.allSettled(plans.map(start))).map((settled) => {
    if (settled.status === 'fulfilled') return settled.value;
    throw settled.reason;
  });
};
