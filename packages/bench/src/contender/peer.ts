/** The peers: what one would write in an hour, without validation, log, presence or authentication. */
import { once } from 'node:events';
import { startBenchProcess, type BenchProcess } from '../child-process.ts';
import { upgradeRequest } from '../load/upgrade.ts';
import type { Contender, StartContender } from './contender.ts';
import { redisRole, startMeasuredRedis } from './redis.ts';

const uwsServer = new URL('../peer/uws-server.ts', import.meta.url);
const minimalServer = new URL('../peer/minimal-server.ts', import.meta.url);

interface Node extends BenchProcess {
  port: number;
}

/** The floor: one process, no Redis, and so no second node. */
export const startUws: StartContender = async () => {
  const nodes = await startNodes([uwsServer]);
  return describe('uws', nodes, { others: [], stop: () => stopNodes(nodes) });
};

/** Two nodes that hear each other over Redis pub/sub; publishers are spread over both. */
export const startMinimal: StartContender = async () => {
  const redis = await startMeasuredRedis();
  try {
    const nodes = await startNodes([minimalServer, minimalServer], [redis.url]);
    const stop = async () => {
      await stopNodes(nodes);
      await redis.stop();
    };
    return describe('minimal', nodes, { others: [{ role: redisRole, pid: redis.pid }], stop });
  } catch (error) {
    await redis.stop();
    throw error;
  }
};

const describe = (
  name: string,
  nodes: readonly Node[],
  { others, stop }: { others: Contender['processes']; stop: () => Promise<void> },
): Contender => ({
  name,
  processes: [...nodes.map(({ pid }) => ({ role: 'node', pid })), ...others],
  publish: {
    ports: nodes.map(({ port }) => port),
    headers: 'Content-Type: application/json\r\n',
  },
  subscribers: (count) =>
    Promise.resolve(
      Array.from({ length: count }, (_, index) => {
        const port = nodes[index % nodes.length]?.port ?? 0;
        return { port, request: upgradeRequest({ port, path: '/broadcast' }), isGreeted: false };
      }),
    ),
  stop,
});

const startNodes = async (programs: readonly URL[], args: string[] = []): Promise<Node[]> => {
  const started = programs.map((program) => startBenchProcess(program, args));
  try {
    return await Promise.all(started.map(awaitPort));
  } catch (error) {
    await Promise.all(started.map(({ stop }) => stop()));
    throw error;
  }
};

/** A peer's first message is the port that the system chose for it. */
const awaitPort = async (process: BenchProcess): Promise<Node> => {
  const ended = once(process.child, 'exit').then(() => {
    throw new Error('a peer ended before it listened');
  });
  const [port] = (await Promise.race([once(process.child, 'message'), ended])) as [number];
  return { ...process, port };
};

const stopNodes = async (nodes: readonly Node[]): Promise<void> => {
  await Promise.all(nodes.map(({ stop }) => stop()));
};
