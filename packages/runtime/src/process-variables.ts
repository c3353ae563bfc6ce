/** The environment variables that every process of the cluster has. */
import type { z } from 'zod';
import { redisAccessVariables } from './redis-access.ts';
import { tracingVariables } from './tracing-variables.ts';
import { choice, port, text, url, wholeNumber } from './variable.ts';

/** Where the processes differ. */
export interface ProcessVariables {
  /** Says what is wrong with a Redis URL, or nothing. */
  readonly redisProblem: (value: string) => string | undefined;
  /** What the process' name is for. */
  readonly nodeId: string;
  /** What the public port serves, and under which number. */
  readonly port: { readonly description: string; readonly default: number };
  readonly privatePort: number;
  /** What the path prefix stands before. */
  readonly basePath: string;
  /** How much of a room's log is kept unless the deployment says otherwise. */
  readonly roomLog: { readonly roomMaxEntries: number; readonly roomMaxBytes: number };
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export const processVariables = (own: ProcessVariables) => ({
  REDIS_URL: url({
    description:
      'Redis or Valkey that carries the logs, channels and presence: `redis://host:port`, `redis+sentinel://host:port,…/master` or `redis+cluster://host:port,…`; with `rediss` over TLS',
    problem: own.redisProblem,
    default: 'redis://127.0.0.1:6379',
  }),
  ...redisAccessVariables,
  KEY_PREFIX: text({
    description: 'prefix of every key and channel; deployments that share a Redis differ in it',
    pattern: /^[^{}\s]{0,64}$/u,
    rule: 'must be at most 64 characters without braces or spaces',
    default: 'sb:',
  }),
  PARTITIONS: wholeNumber({
    description: 'partitions of the deployment, fixed when it is created',
    min: 1,
    max: 1024,
    default: 16,
  }),
  ROOM_LOG_MAX_EVENTS: wholeNumber({
    description:
      'events kept per room for those who come back (64 more at times); the same on every process',
    min: 16,
    max: 100_000,
    default: own.roomLog.roomMaxEntries,
  }),
  ROOM_LOG_MAX_BYTES: wholeNumber({
    description:
      'bytes of events kept per room; the newest event always is; the same on every process',
    unit: 'bytes',
    min: 65_536,
    max: 268_435_456,
    default: own.roomLog.roomMaxBytes,
  }),
  NODE_ID: text({
    description: own.nodeId,
    pattern: /^[\w.-]{1,64}$/u,
    rule: 'must be 1 to 64 letters, digits, dots, underscores or hyphens',
  }).optional(),
  HOST: text({ description: 'address of the public port', default: '0.0.0.0' }),
  PORT: port(own.port),
  PRIVATE_HOST: text({ description: 'address of the private port', default: '127.0.0.1' }),
  PRIVATE_PORT: port({
    description: 'private port: /metrics and /health',
    default: own.privatePort,
  }),
  BASE_PATH: text({
    description: own.basePath,
    pattern: /^(?:\/[\w.~-]+)*$/u,
    rule: 'must start with a slash and not end with one',
  }).optional(),
  LOG_LEVEL: choice(logLevels, { description: 'lowest level that is logged', default: 'info' }),
  ...tracingVariables,
});

/** What is read of them. */
export type ProcessSettings = z.output<z.ZodObject<ReturnType<typeof processVariables>>>;
