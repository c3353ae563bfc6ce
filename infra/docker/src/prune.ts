/** Leaves in an image what one app runs: its sources and those of our packages, and of others only code. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { argv } from 'node:process';

const [, , app] = argv;
const remove = (path: string) => rm(path, { recursive: true, force: true });

for (const other of await readdir('apps')) if (other !== app) await remove(join('apps', other));
for (const path of [
  'packages/client',
  'packages/testkit',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'tsconfig.base.json',
  'infra/docker/src/prune.ts',
])
  await remove(path);

/** Types, maps and guides of dependencies, and TypeScript, of which Node runs none there; licences stay. */
const unused = /\.(?:[cm]?ts|map|md)$/u;
const store = await readdir('node_modules/.pnpm', { recursive: true, withFileTypes: true });
// Links among them lead to our own packages: those are not followed.
for (const { name, parentPath } of store.filter((entry) => entry.isFile()))
  if (unused.test(name) && !/licen[cs]e/iu.test(name)) await remove(join(parentPath, name));
