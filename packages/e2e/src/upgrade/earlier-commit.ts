/**
 * Which earlier version of the sources runs beside this one, and where git has it: the commit that
 * `UPGRADE_FROM` names, else the one before HEAD. A shallow clone names that one and does not hold it: then
 * it is fetched into a repository of its own, which leaves the clone as it is.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface EarlierCommit {
  id: string;
  /** The repository that holds it. */
  repository: string;
  /** Removes that repository, where it was made for this. */
  forget(): Promise<void>;
}

export const root = join(import.meta.dirname, '../../../..');

/** @throws what git said, when the commit cannot be had here */
export const findEarlierCommit = async (): Promise<EarlierCommit> => {
  const named = process.env['UPGRADE_FROM'];
  if (named) return here((await git(root, 'rev-parse', '--verify', `${named}^{commit}`)).trim());
  const parent = parentIn(await git(root, 'cat-file', '-p', 'HEAD'));
  if (parent === undefined) throw new Error('HEAD is the first commit');
  const isHere = await git(root, 'cat-file', '-e', `${parent}^{commit}`).then(
    () => true,
    () => false,
  );
  return isHere ? here(parent) : fetched(parent);
};

const here = (id: string): EarlierCommit => ({
  id,
  repository: root,
  forget: () => Promise.resolve(),
});

const parentIn = (commit: string): string | undefined => /^parent (\w+)$/mu.exec(commit)?.[1];

const fetched = async (id: string): Promise<EarlierCommit> => {
  const repository = await mkdtemp(join(tmpdir(), 'switchboard-commit-'));
  const forget = () => rm(repository, { recursive: true, force: true });
  try {
    const url = (await git(root, 'ls-remote', '--get-url', 'origin')).trim();
    await git(repository, 'init', '--bare', '--quiet');
    await git(repository, 'fetch', '--quiet', '--depth=1', url, id);
    return { id, repository, forget };
  } catch (error) {
    await forget();
    throw error;
  }
};

/** Its stdout. */
export const git = async (folder: string, ...args: readonly string[]): Promise<string> => {
  // Nobody is there to type a password.
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0' };
  const { stdout } = await promisify(execFile)('git', args, { cwd: folder, env, timeout: 30_000 });
  return stdout;
};
