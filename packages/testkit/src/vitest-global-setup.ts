/** One Redis for the whole test run; tests keep apart by their key prefix. */
import type { TestProject } from 'vitest/node';
import { findRedis } from './redis.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string;
  }
}

const setUp = async (project: TestProject): Promise<() => Promise<void>> => {
  const redis = await findRedis({ say: (line) => process.stderr.write(`${line}\n`) });
  process.env['REDIS_URL'] = redis.url;
  project.provide('redisUrl', redis.url);
  return redis.stop;
};

export default setUp;
