/**
 * Two edges, an ingress and a Redis of their own, and two bystanders in a room that no input can name. What
 * the fuzzer does elsewhere must not reach them, and what is said in their room must.
 */
import { randomBytes } from 'node:crypto';
import { startCluster, startRedis, type Cluster, type Redis } from '@switchboard/testkit';
import { createBackend, type Backend } from '../backend.ts';
import { createCast, type Cast, type Player } from '../cast.ts';

export interface Arena {
  readonly cluster: Cluster;
  readonly redis: Redis;
  readonly backend: Backend;
  readonly cast: Cast;
  /** A name that nobody can guess. */
  name(kind: string): string;
  /** What is wrong with the bystanders or the processes; empty when nothing is. */
  check(): Promise<string[]>;
  stop(): Promise<void>;
}

const quiet: ReadonlySet<string> = new Set(['connected', 'userConnected', 'messageAdded']);

/** Attackers are not slowed down: what the limits do is shown elsewhere. */
const unlimited = Object.fromEntries(
  ['MESSAGES', 'RECEIPTS', 'PINGS'].flatMap((kind) => [
    [`${kind}_MAX_PER_SECOND`, '10000'],
    [`${kind}_BURST`, '10000'],
  ]),
);

export const openArena = async (): Promise<Arena> => {
  const redis = await startRedis();
  const oddLines: string[] = [];
  const cluster = await startCluster({
    redisUrl: redis.url,
    env: unlimited,
    onOutput: (node, line) =>
      isDefect(line) && oddLines.push(`${node} wrote: ${line.slice(0, 1_000)}`),
  });
  const name = (kind: string) => `${kind}-${randomBytes(6).toString('hex')}`;
  const cast = createCast(() => cluster, name);
  const backend = createBackend(() => ({ url: cluster.ingress.url, apiToken: cluster.apiToken }));
  const room = name('quiet');
  const bystanders = [
    await cast.visitor(room, { edge: 0 }),
    await cast.operator(room, { edge: 1 }),
  ];
  const said: string[] = [];
  const check = async () => [
    ...deaths(cluster),
    ...oddLines.splice(0),
    ...(await notices(bystanders, said, () => backend.say(room, { id: name('m') }))),
  ];
  const stop = async () => {
    await cast.leave();
    await cluster.stop();
    await redis.stop();
  };
  return { cluster, redis, backend, cast, name, check, stop };
};

/**
 * A stack trace, or a line that reports a defect of ours. A key of a wrong type is the attack of
 * `envelope-target.ts`: that it is reported is right.
 */
const isDefect = (line: string): boolean =>
  !(line.includes('WRONGTYPE') && line.startsWith('{"level":"error"')) && isOdd(line);

const isOdd = (line: string): boolean =>
  !line.startsWith('{') || /"level":"(?:error|fatal)"|unhandled|"a command failed"/iu.test(line);

const deaths = ({ edges, ingresses }: Cluster): string[] =>
  [...edges, ...ingresses].flatMap((node) =>
    node.hasExited() ? [`${node.name} has ended:\n${node.output()}`] : [],
  );

/** Says something in the bystanders' room: they get it, and have got nothing else. */
const notices = async (
  bystanders: readonly Player[],
  said: string[],
  say: () => Promise<{ event_id: string }>,
): Promise<string[]> => {
  try {
    const { event_id } = await say();
    said.push(event_id);
    await Promise.all(bystanders.map(({ next }) => next((frame) => frame.event_id === event_id)));
    return bystanders.flatMap(({ id, all, oddities }) => [
      ...all(({ event }) => !quiet.has(event)).map(
        (frame) => `${id} was told ${JSON.stringify(frame)}`,
      ),
      ...all('messageAdded')
        .map((frame, index) =>
          frame.event_id === said[index] ? '' : `${id} heard ${JSON.stringify(frame)}`,
        )
        .filter(Boolean),
      ...oddities.map((oddity) => `${id} got what is no frame: ${String(oddity)}`),
    ]);
  } catch (error) {
    return [`the bystanders' room is not live: ${String(error)}`];
  }
};
