/** How much memory processes hold: proc(5), `/proc/<pid>/status`. */
import { readFile } from 'node:fs/promises';

interface Process {
  pid: number;
}

/** Resident bytes of all of them together. A process that is gone fails it: its share would be missing. */
export const residentBytesOf = async (processes: readonly Process[]): Promise<number> => {
  const all = await Promise.all(
    processes.map(async ({ pid }) => parseResident(await readFile(`/proc/${pid}/status`, 'utf8'))),
  );
  return all.reduce((total, bytes) => total + bytes, 0);
};

/** Without what is shared with a file, e.g. the code of Node. */
export const parseResident = (status: string): number =>
  kilobytes(status, 'RssAnon') + kilobytes(status, 'RssShmem');

const kilobytes = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
