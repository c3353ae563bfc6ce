/** Redis, as packages/bus looks at it. */
import { type Finding, finding, openInspection } from '@switchboard/bus';
import { redisOf } from '../redis-settings.ts';
import type { Settings } from '../settings.ts';

export async function checkRedis(settings: Settings): Promise<Finding[]> {
  if (!settings.redisUrl) {
    return [finding('redis', ['skip', 'REDIS_URL is not set', 'Set it to look at Redis too.'])];
  }
  const options = await redisOf(settings);
  try {
    const inspection = await openInspection(options);
    try {
      return [finding('redis', ['ok', 'Redis answers']), ...(await inspection.check())];
    } finally {
      inspection.close();
    }
  } catch (error) {
    const saw = (error as Error).message;
    const change = 'REDIS_URL, its user and password, the network between.';
    return [finding('redis', ['fail', saw, change])];
  }
}
