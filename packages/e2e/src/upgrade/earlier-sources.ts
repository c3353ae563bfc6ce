/** The sources of an earlier commit in a folder of their own, ready to run. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { git, root, type EarlierCommit } from './earlier-commit.ts';

export interface EarlierSources {
  folder: string;
  remove(): Promise<void>;
}

const run = promisify(execFile);

/**
 * They use the packages that are installed here where these are what they ask for; otherwise their own are
 * installed by their lock file.
 */
export const unpackSources = async ({ id, repository }: EarlierCommit): Promise<EarlierSources> => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-earlier-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const archive = join(folder, 'commit.tar');
    await git(repository, 'archive', `--output=${archive}`, id);
    await run('tar', ['-xf', archive, '-C', folder]);
    const links = await plan(folder);
    await (links === undefined ? install(folder) : Promise.all(links.map(makeLink)));
    return { folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
};

/** What runs, and what it imports of ours. */
const parts = [
  'apps/edge',
  'apps/ingress',
  'packages/bus',
  'packages/protocol',
  'packages/runtime',
];

interface Link {
  at: string;
  to: string;
}

const makeLink = async ({ at, to }: Link): Promise<void> => {
  await mkdir(dirname(at), { recursive: true });
  await symlink(to, at);
};

/** undefined: something else is installed here than what they ask for. */
const plan = async (folder: string): Promise<Link[] | undefined> => {
  const catalog = await readFile(join(folder, 'pnpm-workspace.yaml'), 'utf8');
  const links: Link[] = [];
  for (const part of parts) {
    for (const [name, wanted] of Object.entries(await dependenciesOf(join(folder, part)))) {
      const to = wanted.startsWith('workspace:')
        ? join(folder, 'packages', name.slice(name.indexOf('/') + 1))
        : await installed(join(root, part, 'node_modules', name), versionOf(name, wanted, catalog));
      if (to === undefined) return undefined;
      links.push({ at: join(folder, part, 'node_modules', name), to });
    }
  }
  return links;
};

type Dependencies = Readonly<Record<string, string>>;

const dependenciesOf = async (part: string): Promise<Dependencies> => {
  const text = await readFile(join(part, 'package.json'), 'utf8');
  return (JSON.parse(text) as { dependencies?: Dependencies }).dependencies ?? {};
};

/** All versions are exact. `catalog:` stands for the one in pnpm-workspace.yaml, `npm:` for another name. */
const versionOf = (name: string, wanted: string, catalog: string): string | undefined => {
  if (wanted === 'catalog:') return new RegExp(`^ +'?${name}'?: (\\S+)$`, 'mu').exec(catalog)?.[1];
  return wanted.startsWith('npm:') ? wanted.slice(wanted.lastIndexOf('@') + 1) : wanted;
};

/** The folder, if it holds that version. */
const installed = async (folder: string, version?: string): Promise<string | undefined> => {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { version?: string }).version === version
    ? realpath(folder)
    : undefined;
};

const install = async (folder: string): Promise<void> => {
  const pnpm = join(root, 'node_modules/.bin/pnpm');
  const args = ['install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts'];
  await run(pnpm, args, { cwd: folder, maxBuffer: 16 * 1024 * 1024 });
};
