/** What a build is made of, as one hash. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const made = /(^|\/)(node_modules|dist)(\/|$)|\.tsbuildinfo$|\.test\.tsx?$/u;

/** Changes with every file of the folders, but for what is made of them, and tests. */
export const fingerprint = async (...folders: string[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const file of await filesIn(folder)) hash.update(file).update(await readFile(file));
  }
  return hash.digest('hex');
};

const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const wanted = entries.filter(({ name }) => !made.test(name));
  const lists = await Promise.all(
    wanted.map(async (entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : [path];
    }),
  );
  return lists.flat().sort();
};
