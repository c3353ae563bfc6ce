/** Finds and runs programs of the machine. */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const systemFolders = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

/** The first of `names` in `folders` (default: the PATH), or undefined. */
export const findExecutable = async (
  names: readonly string[],
  folders: readonly string[] = (process.env['PATH'] ?? '').split(delimiter),
): Promise<string | undefined> => {
  for (const folder of folders) {
    for (const name of names) {
      const path = join(folder, name);
      if (folder !== '' && (await isExecutable(path))) return path;
    }
  }
  return undefined;
};

/** Also looks where package managers install, though the PATH may be shorter. */
export const findSystemExecutable = (names: readonly string[]): Promise<string | undefined> =>
  findExecutable(names, systemFolders);

/** Runs a program of the system to its end and gives its stdout; a failure's message has its stderr. */
export const runSystemProgram = async (
  path: string,
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<string> => {
  const { stdout } = await promisify(execFile)(path, args, {
    ...options,
    env: {
      ...process.env,
      ...options.env,
      PATH: systemFolders.join(delimiter),
      LC_ALL: 'C',
      DEBIAN_FRONTEND: 'noninteractive',
    },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
};

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
