import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aclUsers, renderAcl } from './acl-users.ts';

const root = join(import.meta.dirname, '..');
const sources = globSync('**/*.ts', { cwd: root })
  .filter((file) => !/\.(?:test|fixture)\.ts$|^access\/|^topologies\//u.test(file))
  .map((file) => readFileSync(join(root, file), 'utf8'))
  .join('\n');

/** What scripts call, and what is called on a connection. */
const used = new Set(
  [
    ...sources.matchAll(/redis\.p?call\('([A-Z]+)'/gu),
    ...sources.matchAll(/\b(?:redis|this\.redis|node)\.([a-z]+)\(/gu),
  ].map(([, name = '']) => name.toLowerCase()),
);
const notCommands = new Set(['on', 'once', 'connect', 'disconnect', 'call', 'pcall', 'slice']);
/** By ioredis itself, and by `defineScript`. */
const usedByClient = new Set(['eval', 'evalsha']);

const edge = aclUsers.find(({ name }) => name === 'edge')!;
const connecting = aclUsers.reduce<readonly string[]>(
  (common, { commands }) => common.filter((command) => commands.includes(command)),
  edge.commands,
);

test('an edge may do what the bus does', () => {
  const missing = [...used].filter(
    (name) => !notCommands.has(name) && !edge.commands.includes(name),
  );
  expect(missing).toEqual([]);
});

test('and nothing that it does not', () => {
  const needless = edge.commands.filter(
    (command) => !used.has(command) && !usedByClient.has(command) && !connecting.includes(command),
  );
  expect(needless).toEqual([]);
});

test('the file for a deployment is the one that is rendered', async () => {
  await expect(renderAcl('sb:')).toMatchFileSnapshot('../../../../infra/redis/users.acl');
});

test('a prefix is no pattern', () => {
  expect(renderAcl('a*[b]:')).toContain(String.raw`~a\*\[b\]:*`);
});
