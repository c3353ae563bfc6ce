/** A throwaway Redis in a Docker container, by Testcontainers. Loaded only when it is needed. */
import type { StartedNetwork } from 'testcontainers';

/** As in compose.yaml. */
const image = 'redis:7.4-bookworm';

export interface RedisContainer {
  /** As this machine reaches it. */
  url: string;
  port: number;
  kill(signal: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}

/** Says which Docker engine answers and has (or gets) the image, or rejects. */
export const findDockerEngine = async (): Promise<string> => {
  const { ImageName, getContainerRuntimeClient } = await import('testcontainers');
  const engine = await getContainerRuntimeClient();
  await engine.image.pull(ImageName.fromString(image));
  return `Docker ${engine.info.containerRuntime.serverVersion}, image ${image}`;
};

/**
 * A running container; Testcontainers' own reaper removes it when this process dies.
 *
 * @param network where it is `redis` to others
 */
export const startRedisContainer = async (
  args: readonly string[],
  network?: StartedNetwork,
): Promise<RedisContainer> => {
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import('testcontainers');
  const described = new GenericContainer(image)
    .withExposedPorts(6379)
    // Its clients come from outside of its container.
    .withCommand(['redis-server', '--protected-mode', 'no', ...args])
    .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'));
  if (network !== undefined) described.withNetwork(network).withNetworkAliases('redis');
  const container = await described.start();
  const engine = await getContainerRuntimeClient();
  const port = container.getMappedPort(6379);
  return {
    url: `redis://${container.getHost()}:${port}`,
    port,
    kill: async (signal) => {
      await engine.container.getById(container.getId()).kill({ signal });
    },
    stop: async () => {
      await container.stop();
    },
  };
};
