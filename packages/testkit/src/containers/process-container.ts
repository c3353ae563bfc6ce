/** One edge or ingress in a container, set up as compose.yaml sets it up. */
import {
  GenericContainer,
  getContainerRuntimeClient,
  Wait,
  type StartedNetwork,
  type StartedTestContainer,
} from 'testcontainers';
import type { Role } from '../cluster-node.ts';

export interface ProcessContainer {
  /** E.g. `edge-1`. */
  name: string;
  role: Role;
  /** `ws://…` of an edge, `http://…` of an ingress, as this machine reaches it. */
  url: string;
  /** Health and metrics, `http://…`. */
  privateUrl: string;
  /** What the image's health check says: `starting`, `healthy` or `unhealthy`. */
  health(): Promise<string>;
  /** SIGTERM, and SIGKILL after `timeoutS` (then the exit code is 137). Resolves with the exit code. */
  stop(timeoutS: number): Promise<number>;
  /** Ends it, if it has not ended, and removes it. */
  remove(): Promise<void>;
}

export interface ProcessOptions {
  name: string;
  role: Role;
  image: string;
  network: StartedNetwork;
  env: Readonly<Record<string, string>>;
}

const portsOf = { edge: [7001, 7101], ingress: [7000, 7100] } as const;
const startMaxMs = 120_000;

class ReadOnlyContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.hostConfig.ReadonlyRootfs = true;
  }
}

/** Resolves when the image's own health check says that the process is ready. */
export const startProcessContainer = async (options: ProcessOptions): Promise<ProcessContainer> => {
  const { name, role, image, network, env } = options;
  const lines: string[] = [];
  const described = new ReadOnlyContainer(image)
    .withNetwork(network)
    .withNetworkAliases(name)
    .withEnvironment(env)
    .withExposedPorts(...portsOf[role])
    .withDroppedCapabilities('ALL')
    .withSecurityOpt('no-new-privileges:true')
    .withLogConsumer((stream) => stream.on('data', (line) => lines.push(String(line).trimEnd())))
    .withWaitStrategy(Wait.forHealthCheck())
    .withStartupTimeout(startMaxMs);
  const container = await described.start().catch((cause: unknown) => {
    throw new Error(`${name} did not become healthy; it wrote:\n${lines.join('\n')}`, { cause });
  });
  return describe(container, name, role);
};

const describe = async (
  container: StartedTestContainer,
  name: string,
  role: Role,
): Promise<ProcessContainer> => {
  const { container: containers } = await getContainerRuntimeClient();
  const handle = containers.getById(container.getId());
  const [port, privatePort] = portsOf[role].map((inside) => container.getMappedPort(inside));
  const host = container.getHost();
  return {
    name,
    role,
    url: `${role === 'edge' ? 'ws' : 'http'}://${host}:${port}`,
    privateUrl: `http://${host}:${privatePort}`,
    health: async () => (await handle.inspect()).State.Health?.Status ?? 'none',
    stop: async (timeoutS) => {
      await handle.stop({ t: timeoutS });
      const { StatusCode } = (await handle.wait()) as { StatusCode: number };
      return StatusCode;
    },
    remove: async () => {
      await handle.remove({ force: true, v: true });
    },
  };
};
