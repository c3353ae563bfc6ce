/**
 * The desk as this process knows it: read once, then kept by reading what has changed.
 * `current` resolves with a view that has everything that was done before it was called.
 */
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import { scanHash } from '../redis/scan-hash.ts';
import type { RedisCommands } from '../redis/script.ts';
import { sharedRead } from '../redis/shared-read.ts';
import { newestDeskChangeScript, readDeskChangesScript } from './desk-changes.lua.ts';
import { decodeDeskRecord, deskRecordPattern, tokenOfField } from './desk-record.ts';
import { DeskSessions } from './desk-sessions.ts';

export interface DeskViewOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly deadlineMs: number;
}

export interface DeskView {
  /** Sessions of dead nodes included. */
  current(): Promise<DeskSessions>;
}

interface Known {
  readonly sessions: DeskSessions;
  /** The newest change that is in it. */
  change: readonly [id: string, token: string];
}

const CHANGES_PER_READ = 500;

export function createDeskView(options: DeskViewOptions): DeskView {
  let known: Known | undefined;

  const current = sharedRead(async () => {
    if (known === undefined || !(await catchUp(known, options))) {
      known = undefined;
      known = await readAll(options);
    }
    return known.sessions;
  });
  return { current };
}

/** What came and went while it was read is read again as a change. */
async function readAll(options: DeskViewOptions): Promise<Known> {
  const { redis, keys, deadlineMs } = options;
  for (;;) {
    const newest = newestDeskChangeScript.run(redis, [keys.deskChanges()], []);
    const read: Known = {
      sessions: new DeskSessions(),
      change: await within(deadlineMs, newest),
    };
    for await (const { entries } of scanHash(redis, keys.desk(), deadlineMs, deskRecordPattern)) {
      for (const [field, record] of entries) {
        const token = tokenOfField(field);
        if (token !== undefined) read.sessions.set(token, decodeDeskRecord(token, record));
      }
    }
    // So many changes meanwhile that the first of them are gone: once more.
    if (await catchUp(read, options)) return read;
  }
}

/** False: it cannot be known what has changed. */
async function catchUp(known: Known, options: DeskViewOptions): Promise<boolean> {
  const { redis, keys, deadlineMs } = options;
  for (;;) {
    const call = readDeskChangesScript.run(
      redis,
      [keys.desk(), keys.deskChanges()],
      [...known.change, CHANGES_PER_READ],
    );
    const reply = await within(deadlineMs, call);
    if (reply[0] === 'gap') return false;
    const [, id, token, more, ...changed] = reply;
    apply(known.sessions, changed);
    known.change = [id, token];
    if (more === 0) return true;
  }
}

function apply(sessions: DeskSessions, changed: readonly (string | null)[]): void {
  for (let i = 0; i < changed.length; i += 2) {
    const [token, record] = [changed[i] as string, changed[i + 1]];
    if (record == null) sessions.delete(token);
    else sessions.set(token, decodeDeskRecord(token, record));
  }
}
