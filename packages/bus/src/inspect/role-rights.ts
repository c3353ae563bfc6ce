/** Whether each role may do in Redis what it must, and whether anybody else comes in. Changes nothing. */
import { Redis } from 'ioredis';
import { aclUsers } from '../access/acl-users.ts';
import type { Keys } from '../redis/keys.ts';
import { type Finding, finding } from './finding.ts';
import { isRefusal } from './server-facts.ts';

const changeRights = 'Compare with infra/redis/users.acl: it is rendered from what the code calls.';

/** @param keys of the deployment; none has to be there */
export async function judgeRights(
  server: Redis,
  keys: Pick<Keys, 'cluster' | 'outbox'>,
): Promise<Finding> {
  try {
    const lacking: string[] = [];
    for (const role of aclUsers.flatMap((user) => rolesOf(user, keys))) {
      const refused = await refusedOf(server, role);
      if (refused === undefined) return missingUser(role.name);
      lacking.push(...refused.map((command) => `${role.name} may not ${command}`));
    }
    const all = lacking.slice(0, 5).join(', ');
    return finding('acl', [
      lacking.length > 0 ? 'fail' : 'ok',
      all || 'each role may do what it must',
      changeRights,
    ]);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const saw = 'this Redis user may not ask what others may (ACL DRYRUN)';
    return finding('acl', ['skip', saw, 'Ask with a user that may.']);
  }
}

function missingUser(name: string): Finding {
  const saw = `there is no user "${name}": the processes share one with all rights`;
  return finding('acl', ['warn', saw, 'Load infra/redis/users.acl.']);
}

interface Role {
  readonly name: string;
  readonly commands: readonly string[];
  readonly key: string;
}

function rolesOf(user: (typeof aclUsers)[number], keys: Pick<Keys, 'cluster' | 'outbox'>): Role[] {
  const { name, commands, outboxCommands } = user;
  const anywhere = { name, commands, key: keys.cluster() };
  if (!outboxCommands) return [anywhere];
  return [anywhere, { name, commands: outboxCommands, key: keys.outbox(0) }];
}

/** The commands that a user may not run; undefined: there is no such user. */
async function refusedOf(
  server: Redis,
  { name, commands, key }: Role,
): Promise<string[] | undefined> {
  const lines = await examplesOf(server, commands, key);
  const answers = await Promise.all(lines.map((line) => dryRun(server, name, line)));
  const notAllowed = answers.find((answer) => answer.startsWith('NOPERM'));
  if (notAllowed !== undefined) throw new Error(notAllowed);
  if (answers.some((answer) => /User '.*' not found/u.test(answer))) return undefined;
  const refused = commands.filter((_, index) => answers[index] !== 'OK');
  return refused.map((command) => command.replace('|', ' '));
}

/** `OK`, or why not. Whether we may ask is an answer too. */
async function dryRun(server: Redis, user: string, line: readonly string[]): Promise<string> {
  const call = server.call('ACL', 'DRYRUN', user, ...line) as Promise<string>;
  return call.catch((error: unknown) => (error as Error).message);
}

/** A line of each command with as many words as it needs, its keys among the deployment's. */
async function examplesOf(
  server: Redis,
  commands: readonly string[],
  key: string,
): Promise<string[][]> {
  type Known = readonly [name: string, arity: number] | null;
  const known = (await server.call('COMMAND', 'INFO', ...commands)) as Known[];
  return commands.map((command, index) => {
    if (command === 'eval' || command === 'evalsha') return [command, 'x', '1', key];
    const words = command.split('|');
    const count = Math.abs(known[index]?.[1] ?? words.length);
    return [...words, ...Array<string>(Math.max(0, count - words.length)).fill(key)];
  });
}

/** Whoever reaches the port, without a name or a password. */
export async function judgeDoor(server: Redis): Promise<Finding> {
  const { host = '127.0.0.1', port = 6379, tls } = server.options;
  const stranger = new Redis({
    host,
    port,
    ...(tls && { tls }),
    lazyConnect: true,
    retryStrategy: null,
  });
  stranger.on('error', () => undefined);
  try {
    await stranger.connect();
    await stranger.exists('switchboard-doctor');
    const change = 'ACL SETUSER default off, and give each role its user: infra/redis/users.acl.';
    return finding('default-user', [
      'warn',
      'anybody who reaches Redis may read and write',
      change,
    ]);
  } catch {
    return finding('default-user', ['ok', 'nobody comes in without a name']);
  } finally {
    stranger.disconnect();
  }
}
