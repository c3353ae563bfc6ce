/** Where the conversations are kept. */
import { DatabaseSync } from 'node:sqlite';

export type Database = DatabaseSync;

const schema = `
CREATE TABLE IF NOT EXISTS conversations (
  id TEXT PRIMARY KEY,
  status TEXT NOT NULL DEFAULT 'open',
  messages INTEGER NOT NULL DEFAULT 0
) STRICT;

-- accepted: the hook said yes, and the gateway adds it. posting: we post it. shown: it is in the chat.
CREATE TABLE IF NOT EXISTS messages (
  id TEXT PRIMARY KEY,
  chat_id TEXT NOT NULL REFERENCES conversations (id),
  number INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('accepted', 'posting', 'shown')),
  body TEXT NOT NULL,
  accepted_at_ms INTEGER NOT NULL,
  delivered_at TEXT,
  read_at TEXT,
  UNIQUE (chat_id, number)
) STRICT;
CREATE INDEX IF NOT EXISTS unsettled ON messages (accepted_at_ms) WHERE state = 'accepted';

CREATE TABLE IF NOT EXISTS present (
  chat_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  name TEXT,
  PRIMARY KEY (chat_id, user_id)
) STRICT;

-- What was answered to the send hook, so that a call that comes again gets the same.
CREATE TABLE IF NOT EXISTS answers (
  idempotency_key TEXT PRIMARY KEY,
  answer TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;

-- Events that were applied, so that one that comes again is not.
CREATE TABLE IF NOT EXISTS events (event_id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT;

-- Calls that we still have to make, in their order.
CREATE TABLE IF NOT EXISTS calls (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  idempotency_key TEXT NOT NULL,
  path TEXT NOT NULL,
  body TEXT NOT NULL,
  message_id TEXT
) STRICT;
`;

/** `FULL`: what was answered 200 is on the disk. */
export const openDatabase = (file: string): Database => {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  database.exec(schema);
  return database;
};

/** All that `work` writes stays, or nothing of it. */
export const inTransaction = <Result>(database: Database, work: () => Result): Result => {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
};
