/** A throwaway Redis in a Docker container, by Testcontainers. Loaded only when it is needed. */

const image = 'redis:8-alpine';

export interface RedisContainer {
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

/** A running container; Testcontainers' own reaper removes it when this process dies. */
export const startRedisContainer = async (args: readonly string[]): Promise<RedisContainer> => {
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import('testcontainers');
  const container = await new GenericContainer(image)
    .withExposedPorts(6379)
    .withCommand(['redis-server', ...args])
    .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
    .start();
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
