/** The settings that every process gives the bus, as the bus takes them. */
import type { z } from 'zod';
import type { outboxVariables } from './hook-variables.ts';
import type { ProcessSettings } from './process-variables.ts';
import { redisAccessOf } from './redis-access.ts';

type OutboxSettings = z.output<z.ZodObject<typeof outboxVariables>>;

/** Without what a process knows of itself. */
export const busSettingsOf = (settings: ProcessSettings & OutboxSettings) => ({
  redisUrl: settings.REDIS_URL,
  redisAccess: redisAccessOf(settings),
  keyPrefix: settings.KEY_PREFIX,
  partitions: settings.PARTITIONS,
  logLimits: {
    roomMaxEntries: settings.ROOM_LOG_MAX_EVENTS,
    roomMaxBytes: settings.ROOM_LOG_MAX_BYTES,
  },
  ...(settings.EVENTS_HOOK_URL !== undefined && { outbox: outboxOf(settings) }),
});

/** What is handed on to the backend, and how much may wait for it. */
const outboxOf = (settings: OutboxSettings) => ({
  kinds: new Set(settings.EVENTS_HOOK_KINDS),
  maxEvents: settings.OUTBOX_MAX_EVENTS,
  maxAgeMs: settings.OUTBOX_MAX_AGE_MS,
});
