/**
 * A program from the system's package manager. The packages are downloaded and unpacked into a cache folder
 * of the user instead of being installed: no system service starts, no file of the system changes, and
 * removing the folder undoes it. Only missing package lists are fetched system-wide (root only).
 */
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { findSystemExecutable, runSystemProgram } from './executable.ts';

export interface UnpackedProgram {
  path: string;
  env: Readonly<Record<string, string>>;
}

/** What is unpacked, and what is looked for in it. */
export interface Unpackable {
  /** Of the cache's folder. */
  name: string;
  /** The first one's missing dependencies are unpacked too. */
  packages: readonly [string, ...string[]];
  /** In the root of the packages, e.g. `usr/bin/redis-server`. */
  program: string;
}

type Say = (line: string) => void;

/** A program unpacked from apt's packages, now or at an earlier run; rejects with the reason why not. */
export const unpackPackage = async (wanted: Unpackable, say: Say): Promise<UnpackedProgram> => {
  const root = join(cacheFolder(), wanted.name);
  const known = await programIn(root, wanted);
  if (known !== undefined) return known;
  const apt = await findSystemExecutable(['apt-get']);
  const dpkg = await findSystemExecutable(['dpkg']);
  if (apt === undefined || dpkg === undefined) throw new Error('no apt-get here');
  await mkdir(dirname(root), { recursive: true });
  const workFolder = await mkdtemp(join(dirname(root), 'unpack-'));
  try {
    await download(apt, { wanted, folder: workFolder, say });
    await unpack(dpkg, workFolder);
    await rename(join(workFolder, 'root'), root).catch(keepOther(root, wanted));
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
  const program = await programIn(root, wanted);
  if (program === undefined) throw new Error(`the packages hold no ${wanted.program}`);
  return program;
};

/** Of everything that tests fetch for themselves. */
export const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'switchboard');

const programIn = async (
  root: string,
  { program }: Unpackable,
): Promise<UnpackedProgram | undefined> => {
  const path = join(root, program);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  return isThere ? { path, env: { LD_LIBRARY_PATH: await libraryPath(root) } } : undefined;
};

/** Debian keeps libraries in one folder per architecture, e.g. `usr/lib/x86_64-linux-gnu`. */
const libraryPath = async (root: string): Promise<string> => {
  const folders = await readdir(join(root, 'usr/lib'), { withFileTypes: true }).catch(() => []);
  return folders
    .filter((folder) => folder.isDirectory())
    .map((folder) => join(root, 'usr/lib', folder.name))
    .join(':');
};

interface Download {
  wanted: Unpackable;
  folder: string;
  say: Say;
}

const download = async (apt: string, { wanted, folder, say }: Download): Promise<void> => {
  const packages = await missingPackages(apt, wanted).catch(async (error: unknown) => {
    if (process.getuid?.() !== 0) throw error;
    say('Fetching the package lists (apt-get update)');
    await runSystemProgram(apt, ['update', '-qq']);
    return missingPackages(apt, wanted);
  });
  say(`Downloading ${packages.join(', ')} with apt-get`);
  // apt drops root's rights for downloads; the work folder is ours alone, so let it stay root.
  await runSystemProgram(apt, ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...packages], {
    cwd: folder,
  });
};

/** The packages, and what the first of them needs of those that are not installed. */
const missingPackages = async (apt: string, { packages }: Unpackable): Promise<string[]> => {
  const args = ['install', '--print-uris', '--no-install-recommends', '-y', '-qq', packages[0]];
  const lines = await runSystemProgram(apt, args);
  const files = [...lines.matchAll(/^'[^']*' ([^_\s]+)_/gm)].map(([, name]) => name ?? '');
  return [...new Set([...files, ...packages])];
};

const unpack = async (dpkg: string, folder: string): Promise<void> => {
  const root = join(folder, 'root');
  await mkdir(root);
  const archives = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  for (const archive of archives) await runSystemProgram(dpkg, ['-x', join(folder, archive), root]);
};

/** Another run may have been faster: then its copy is there and ours is dropped. */
const keepOther = (root: string, wanted: Unpackable) => async (error: unknown) => {
  if ((await programIn(root, wanted)) === undefined) throw error;
};
