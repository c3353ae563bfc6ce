import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aclUsers, renderAcl } from './acl-users.ts';

const root = join(import.meta.dirname, '..');
const files = globSync('**/*.ts', { cwd: root }).filter(
  (file) => !/\.(?:test|fixture)\.ts$|^access\/|^topologies\//u.test(file),
);

/** What the scripts of these files call, and what is called on a connection. */
function usedIn(chosen: readonly string[]): Set<string> {
  const sources = chosen.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  return new Set(
    [
      ...sources.matchAll(/redis\.p?call\('([A-Z]+)'/gu),
      ...sources.matchAll(/\b(?:redis|this\.redis|node)\.([a-z]+)\(/gu),
    ]
      .map(([, name = '']) => name.toLowerCase())
      .filter((name) => !notCommands.has(name)),
  );
}
const notCommands = new Set([
  'on',
  'once',
  'emit',
  'connect',
  'disconnect',
  'call',
  'pcall',
  'slice',
]);
/** By ioredis itself, and by `defineScript`. */
const usedByClient = new Set(['eval', 'evalsha']);

/** Delivering is what ingress does and no edge. */
const isOutbox = (file: string) => file.startsWith('outbox/');
const userOf = (role: string) => aclUsers.find(({ name }) => name === role)!;
const edge = userOf('edge');
const allOf = ({ commands, outboxCommands = [] }: typeof edge) => [...commands, ...outboxCommands];
const ingress = userOf('ingress');
const connecting = aclUsers.reduce<readonly string[]>(
  (common, { commands }) => common.filter((command) => commands.includes(command)),
  edge.commands,
);

test.each([
  ['an edge', edge, files.filter((file) => !isOutbox(file))],
  ['an ingress', ingress, files.filter(isOutbox)],
])('%s may do what the bus does for it', (_, user, own) => {
  expect([...usedIn(own)].filter((name) => !allOf(user).includes(name))).toEqual([]);
});

test.each([
  ['an edge', edge, files.filter((file) => !isOutbox(file))],
  ['an ingress', ingress, files],
])('%s may do nothing that the bus does not', (_, user, own) => {
  const used = usedIn(own);
  const needless = allOf(user).filter(
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
