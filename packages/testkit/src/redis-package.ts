/**
 * A Redis server from the system's package manager. The packages are downloaded and unpacked into a cache
 * folder of the user instead of being installed: no system service starts, no file of the system changes,
 * and removing the folder undoes it. Only missing package lists are fetched system-wide (root only).
 */
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { findSystemExecutable, runSystemProgram } from './executable.ts';

export interface UnpackedServer {
  path: string;
  env: Readonly<Record<string, string>>;
}

type Say = (line: string) => void;

/** What a person types on this kind of machine; tried in this order. */
const installCommands: readonly [string, string][] = [
  ['apt-get', 'sudo apt-get update && sudo apt-get install -y redis-server'],
  ['dnf', 'sudo dnf install -y redis'],
  ['apk', 'sudo apk add redis'],
  ['pacman', 'sudo pacman -S --noconfirm redis'],
  ['zypper', 'sudo zypper install -y redis'],
  ['brew', 'brew install redis'],
];

/** The command that installs Redis here, or where to read about it. */
export const installCommand = async (): Promise<string> => {
  for (const [manager, command] of installCommands) {
    if (await findSystemExecutable([manager])) return command;
  }
  return 'see https://redis.io/docs/latest/operate/oss_and_stack/install/';
};

/** A server unpacked from apt's packages, now or at an earlier run; rejects with the reason why not. */
export const unpackRedisPackage = async (say: Say): Promise<UnpackedServer> => {
  const root = join(cacheFolder(), 'redis');
  const known = await serverIn(root);
  if (known !== undefined) return known;
  const apt = await findSystemExecutable(['apt-get']);
  const dpkg = await findSystemExecutable(['dpkg']);
  if (apt === undefined || dpkg === undefined) throw new Error('no apt-get here');
  await mkdir(dirname(root), { recursive: true });
  const workFolder = await mkdtemp(join(dirname(root), 'unpack-'));
  try {
    await download(apt, workFolder, say);
    await unpack(dpkg, workFolder);
    await rename(join(workFolder, 'root'), root).catch(keepOther(root));
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
  const server = await serverIn(root);
  if (server === undefined) throw new Error('the packages hold no redis-server');
  return server;
};

const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'switchboard');

const serverIn = async (root: string): Promise<UnpackedServer | undefined> => {
  const path = join(root, 'usr/bin/redis-server');
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

const download = async (apt: string, folder: string, say: Say): Promise<void> => {
  const packages = await missingPackages(apt).catch(async (error: unknown) => {
    if (process.getuid?.() !== 0) throw error;
    say('Fetching the package lists (apt-get update)');
    await runSystemProgram(apt, ['update', '-qq']);
    return missingPackages(apt);
  });
  say(`Downloading ${packages.join(', ')} with apt-get`);
  // apt drops root's rights for downloads; the work folder is ours alone, so let it stay root.
  await runSystemProgram(apt, ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...packages], {
    cwd: folder,
  });
};

/** redis-server and what it needs of the packages that are not installed. */
const missingPackages = async (apt: string): Promise<string[]> => {
  const args = ['install', '--print-uris', '--no-install-recommends', '-y', '-qq', 'redis-server'];
  const lines = await runSystemProgram(apt, args);
  const files = [...lines.matchAll(/^'[^']*' ([^_\s]+)_/gm)].map(([, name]) => name ?? '');
  return [...new Set([...files, 'redis-server', 'redis-tools'])];
};

const unpack = async (dpkg: string, folder: string): Promise<void> => {
  const root = join(folder, 'root');
  await mkdir(root);
  const archives = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  for (const archive of archives) await runSystemProgram(dpkg, ['-x', join(folder, archive), root]);
};

/** Another run may have been faster: then its copy is there and ours is dropped. */
const keepOther = (root: string) => async (error: unknown) => {
  if ((await serverIn(root)) === undefined) throw error;
};
