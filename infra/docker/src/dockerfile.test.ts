/** The images get every package that an app needs: what is missing would be noticed by a build alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readText, repository } from './compose-file.ts';

const dockerfile = readText('infra/docker/Dockerfile');
const letThrough = readText('.dockerignore')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1));

/** Folders of our packages that this one needs at run time, itself included. */
const neededBy = (folder: string): string[] => {
  const { dependencies = {} } = JSON.parse(readText(`${folder}/package.json`)) as {
    dependencies?: Record<string, string>;
  };
  const ours = Object.entries(dependencies).filter(([, version]) =>
    version.startsWith('workspace:'),
  );
  const folders = ours.map(([name]) => name.replace('@switchboard/', 'packages/'));
  return [...new Set([folder, ...folders.flatMap(neededBy)])];
};

test.each(['apps/edge', 'apps/ingress', 'apps/console'])(
  'what %s needs is in the build, with its manifest first',
  (app) => {
    const needed = neededBy(app);
    expect(needed.length).toBeGreaterThan(1);
    const isCopied = (folder: string) =>
      dockerfile.includes(`\nCOPY ${folder}/package.json ${folder}/\n`);
    const isLetThrough = (folder: string) =>
      letThrough.some((path) => folder === path || folder.startsWith(`${path}/`));
    expect(needed.filter((folder) => !isCopied(folder))).toEqual([]);
    expect(needed.filter((folder) => !isLetThrough(folder))).toEqual([]);
  },
);

test('what is let through, or copied from the build, exists', () => {
  expect(letThrough.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
  const programs = [...dockerfile.matchAll(/node (\S+\.ts)/gu)].map(([, path = '']) => path);
  const paths = [...programs, 'infra/docker/src/is-ready.ts'];
  expect(paths.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
  expect(dockerfile).toContain('"/app/infra/docker/src/is-ready.ts"');
});
