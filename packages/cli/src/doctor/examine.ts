/** All checks at once. */
import type { Finding } from '@switchboard/bus';
import type { Settings } from '../settings.ts';
import { checkHost } from './check-host.ts';
import { checkNodes } from './check-nodes.ts';
import { checkPrivate } from './check-private.ts';
import { checkRedis } from './check-redis.ts';
import { checkSocket } from './check-socket.ts';

export interface ExamineOptions {
  /** Private ports, `http://…`. */
  readonly private: readonly string[];
  /** How many edges have to live. */
  readonly edges: number;
  /** How many open files each process has to have. */
  readonly files?: number;
  /** How long to wait for an edge's ping, seconds. */
  readonly idle: number;
  /** Where the host's /proc and /sys are. */
  readonly hostRoot: string;
  /** false: leave out the kernel of this machine. */
  readonly host: boolean;
}

export async function examine(settings: Settings, options: ExamineOptions): Promise<Finding[]> {
  const groups = await Promise.all([
    checkRedis(settings),
    checkNodes(settings, options.edges, options.private),
    checkPrivate(options.private, options.files),
    checkSocket(settings, options.idle * 1000),
    options.host ? checkHost(options.hostRoot) : [],
  ]);
  return groups.flat();
}
