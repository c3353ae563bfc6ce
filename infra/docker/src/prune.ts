/** Leaves in an image what one app runs: its sources and those of our packages, and of others only code. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { argv } from 'node:process';

const [, , app] = argv;
const remove = (path: string) => rm(path, { recursive: true, force: true });

for (const other of await readdir('apps')) if (other !== app) await remove(join('apps', other));
for (const path of [
  'packages/testkit',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'infra/docker/src/prune.ts',
])
  await remove(path);

/** Types, maps and guides of dependencies; licences stay. */
const unused = /\.(?:d\.[cm]?ts|map|md)$/u;
for (const path of await readdir('node_modules/.pnpm', { recursive: true }))
  if (unused.test(path) && !/licen[cs]e/iu.test(path))
    await remove(join('node_modules/.pnpm', path));
