/** Puts the parts together. */
import Fastify, { type FastifyInstance } from 'fastify';
import { createCalls } from './calls.ts';
import { createConversations } from './conversations.ts';
import { openDatabase } from './database.ts';
import { createEventsHook } from './events-hook.ts';
import { hookRoutes } from './hook-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { createSendHook } from './send-hook.ts';
import { settle } from './settle.ts';
import type { Settings } from './settings.ts';
import { createTokens } from './tokens.ts';

export interface Backend {
  readonly app: FastifyInstance;
  /** Makes the calls that are left, and looks after what was left open; to be called now and then. */
  lookAfter(): Promise<void>;
  stop(): Promise<void>;
}

export const createBackend = (
  settings: Settings,
  { nowMs = Date.now, say }: { nowMs?: () => number; say: (line: string) => void },
): Backend => {
  const { hookSecrets: secrets, authSecret, databaseFile } = settings;
  const database = openDatabase(databaseFile);
  const conversations = createConversations(database, nowMs);
  const calls = createCalls({ ...settings, database, conversations, say });
  const parts = { database, conversations, calls, nowMs };

  const app = Fastify();
  const onChange = () => void calls.make();
  const hooks = { sendHook: createSendHook(parts), eventsHook: createEventsHook(parts) };
  app.register(hookRoutes({ ...hooks, secrets, nowMs, onChange }));
  app.register(pageRoutes({ ...settings, ...parts, tokens: createTokens(authSecret, nowMs) }));

  return {
    app,
    lookAfter: () => {
      forget(parts);
      settle(parts);
      return calls.make();
    },
    stop: async () => {
      await app.close();
      await calls.stop();
      database.close();
    },
  };
};

/** Longer than a call may come again: the gateway remembers for a day, its outbox tries for a day. */
const rememberedMs = 3 * 24 * 3_600_000;

const forget = ({
  database,
  nowMs,
}: {
  database: ReturnType<typeof openDatabase>;
  nowMs: () => number;
}) => {
  for (const table of ['answers', 'events']) {
    database.prepare(`DELETE FROM ${table} WHERE at_ms < ?`).run(nowMs() - rememberedMs);
  }
};
