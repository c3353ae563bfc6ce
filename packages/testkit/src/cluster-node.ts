/** An edge or ingress of a test cluster, from its ports to its readiness. */
import { startNodeProcess, type NodeProcess } from './node-process.ts';
import type { PortAllocation } from './port-allocation.ts';
import { waitUntilReady } from './readiness.ts';

export type Role = 'edge' | 'ingress';

export interface ClusterNode extends NodeProcess {
  /** E.g. `edge-1`. */
  name: string;
  role: Role;
  /** `ws://…` of an edge, `http://…` of an ingress. */
  url: string;
  /** Health and metrics, `http://…`. */
  privateUrl: string;
}

export interface NodeSetting {
  ports: PortAllocation;
  /** The environment that all processes share. */
  env: Readonly<Record<string, string>>;
  /** More of it for a process, by its name. */
  envOf: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The folder of the sources that a process runs, by its name; default: these. */
  sourcesOf: Readonly<Record<string, string>>;
  readyTimeoutMs: number;
  onOutput: (node: string, line: string) => void;
}

export interface Ports {
  port: number;
  privatePort: number;
}

const portAttempts = 5;

/** Two ports that were free a moment ago. */
export const takePorts = async (ports: PortAllocation): Promise<Ports> => ({
  port: await ports.next('public'),
  privatePort: await ports.next('private'),
});

/**
 * Starts a process and waits until it is ready; `track` learns of each process at once, so that a failed
 * start can be cleaned up. When somebody else took the port meanwhile it is tried with another one.
 */
export const startNode = async (
  setting: NodeSetting,
  { role, name, ports }: { role: Role; name: string; ports: Ports },
  track: (node: ClusterNode) => void,
): Promise<ClusterNode> => {
  for (let attempt = 1, own = ports; ; attempt += 1, own = await takePorts(setting.ports)) {
    const node = spawnNode(setting, { role, name, ports: own });
    track(node);
    try {
      await waitUntilReady(node, node.privateUrl, setting.readyTimeoutMs);
      return node;
    } catch (error) {
      if (attempt === portAttempts || !lostItsPort(node)) throw error;
    }
  }
};

const spawnNode = (
  setting: NodeSetting,
  { role, name, ports }: { role: Role; name: string; ports: Ports },
): ClusterNode => {
  const { port, privatePort } = ports;
  const own = { PORT: String(port), PRIVATE_PORT: String(privatePort) };
  const env = { ...own, ...setting.env, ...setting.envOf[name] };
  const child = startNodeProcess(role, {
    env,
    sources: setting.sourcesOf[name],
    onLine: (line) => setting.onOutput(name, line),
  });
  return {
    ...child,
    name,
    role,
    url: `${role === 'edge' ? 'ws' : 'http'}://127.0.0.1:${port}${setting.env['BASE_PATH'] ?? ''}`,
    privateUrl: `http://127.0.0.1:${privatePort}`,
  };
};

const lostItsPort = (node: ClusterNode): boolean =>
  node.hasExited() && /EADDRINUSE|in use/i.test(node.output());
