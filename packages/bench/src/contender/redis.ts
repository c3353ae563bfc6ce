/** A Redis for one contender alone, whose CPU can be seen. */
import { startRedis, type Redis } from '@switchboard/testkit';

export const redisRole = 'redis';

/** Rejects when the server runs where /proc does not show it: its share would be missing. */
export const startMeasuredRedis = async (): Promise<Redis & { pid: number }> => {
  const redis = await startRedis();
  if (redis.pid !== null) return { ...redis, pid: redis.pid };
  await redis.stop();
  throw new Error('the bench needs redis-server or valkey-server on the PATH, not in a container');
};
