/** nginx with the nchan module: its workers share the sockets, and a Redis. It has no rooms here. */
import { readFile } from 'node:fs/promises';
import type { StartContender } from './contender.ts';
import { planPlain, publishHeaders } from './peer.ts';
import { startNodes, stopNodes } from './nodes.ts';
import { redisRole, startMeasuredRedis } from './redis.ts';

const program = new URL('../peer/nchan-server.ts', import.meta.url);

export const startNchan: StartContender = async () => {
  const redis = await startMeasuredRedis();
  try {
    const nodes = await startNodes([program], [redis.url]);
    const [node] = nodes;
    if (node === undefined) throw new Error('nchan did not start');
    const [master = 0] = await childrenOf(node.pid);
    const workers = (await childrenOf(master)).map((pid) => ({ role: 'node', pid }));
    return {
      name: 'nchan',
      processes: [...workers, { role: redisRole, pid: redis.pid }],
      publish: { ports: [node.port], headers: publishHeaders },
      subscribers: async (count) => Array.from({ length: count }, () => planPlain(node)),
      stop: async () => {
        await stopNodes(nodes);
        await redis.stop();
      },
    };
  } catch (error) {
    await redis.stop();
    throw error;
  }
};

const childrenOf = async (pid: number): Promise<number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number);
