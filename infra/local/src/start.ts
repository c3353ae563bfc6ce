/**
 * `npm start`: a private Redis, edges and an ingress on this machine, until Ctrl-C. It starts and stops
 * processes and prints; what they do is their own business.
 */
import {
  buildConsole,
  findRedis,
  mintToken,
  startCluster,
  type Cluster,
  type Redis,
} from '@switchboard/testkit';
import { describeCluster, type Tokens } from './greeting.ts';
import { parseStartOptions, type StartOptions } from './start-options.ts';
import { reportDeaths } from './deaths.ts';
import { awaitStopRequest } from './stop-request.ts';
import { readyLine } from './ready-line.ts';

const demoChat = 'demo';
const tokenLifeS = 24 * 3600;

/** Everything must be gone 5 s after Ctrl-C: the processes' own bound, then a kill, then Redis. */
const shutdownTimeoutMs = 2500;
const stopTimeoutMs = 4500;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const start = async (
  options: StartOptions,
  stopRequest: AbortSignal,
): Promise<() => Promise<void>> => {
  say('Looking for Redis');
  const redis = await findRedis({ say });
  say(`Redis: ${redis.url} (${redis.origin})`);
  await buildConsole();
  say(`Starting ${options.edges} edges and an ingress`);
  const cluster = await startCluster({
    edges: options.edges,
    basePort: options.port,
    redisUrl: redis.url,
    keyPrefix: process.env['KEY_PREFIX'] ?? 'sb:',
    env: {
      // The edges' ports are chosen while they start.
      CONSOLE_SOCKETS: 'ws://127.0.0.1:*',
      ...(process.env['LOG_LEVEL'] && { LOG_LEVEL: process.env['LOG_LEVEL'] }),
    },
    shutdownTimeoutMs,
    signal: stopRequest,
    onOutput: (node, line) => say(`${node} | ${line}`),
  }).catch(async (error: unknown) => {
    await redis.stop();
    throw error;
  });
  reportDeaths(cluster, redis, { say, stopRequest });
  await announce(options, cluster, redis);
  return async () => {
    await cluster.stop();
    await redis.stop();
  };
};

const announce = async (options: StartOptions, cluster: Cluster, redis: Redis): Promise<void> => {
  if (options.json) return void process.stdout.write(`${readyLine(cluster, redis)}\n`);
  process.stdout.write(describeCluster(cluster, redis, await mintTokens(cluster)));
};

const mintTokens = async ({ authSecret }: Cluster): Promise<Tokens> => {
  const visitor = { sub: 'visitor-1', role: 'client', name: 'Ada', chat_id: demoChat } as const;
  const operator = { sub: 'operator-1', role: 'operator', name: 'Grace' } as const;
  return {
    chatId: demoChat,
    visitor: await mintToken(authSecret, visitor, tokenLifeS),
    operator: await mintToken(authSecret, operator, tokenLifeS),
  };
};

const main = async (): Promise<number> => {
  const options = parseStartOptions(process.argv.slice(2));
  if ('error' in options) {
    say(options.error);
    return 64;
  }
  const stopRequest = awaitStopRequest(process);
  const starting = start(options, stopRequest.signal);
  const outcome = await Promise.race([starting.then(() => 'ready'), stopRequest.arrived]);
  if (outcome === 'ready') await stopRequest.arrived;
  say('Stopping');
  const stopped = starting.then((stop) => stop());
  await Promise.race([stopped, stopRequest.impatient(stopTimeoutMs)]);
  say('Stopped');
  return 0;
};

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
