/** What an earlier version left in Redis, and what those had seen who were there: see `record.ts`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from '@switchboard/testkit';

export interface Recording {
  /** The commit whose processes wrote it. */
  commit: string;
  chatId: string;
  keyPrefix: string;
  /** Where they stood when they left. */
  since: Record<Reader, string>;
  /** What came after that, in order: ids of logged events. */
  missed: Record<Reader, string[]>;
  /** The last message. */
  last: { id: string; eventId: string };
  /** Every key, as Redis' DUMP gives it, in base64. */
  keys: Record<string, string>;
}

export type Reader = 'visitor' | 'operator' | 'desk';

export const recordingFile = join(import.meta.dirname, 'recording.json');

export const readRecording = async (): Promise<Recording> =>
  JSON.parse(await readFile(recordingFile, 'utf8')) as Recording;

type Client = ReturnType<Redis['client']>;

export const dumpKeys = async (client: Client): Promise<Recording['keys']> => {
  const names = (await client.keys('*')).toSorted();
  const values = await Promise.all(names.map((name) => client.dumpBuffer(name)));
  return Object.fromEntries(names.map((name, at) => [name, values[at]!.toString('base64')]));
};

/** They do not expire. */
export const restoreKeys = async (client: Client, keys: Recording['keys']): Promise<void> => {
  for (const [name, value] of Object.entries(keys))
    await client.restore(name, 0, Buffer.from(value, 'base64'));
};
