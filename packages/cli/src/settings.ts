/** Where the cluster is and what proves us to it: from flags, else from the environment. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { exitCodes } from './exit-codes.ts';
import { Failure } from './failure.ts';

export interface Settings {
  readonly json: boolean;
  /** HTTP operations, with the base path, without a slash at the end. */
  readonly url: string;
  /** The sockets, `ws://` or `wss://`. */
  readonly socketUrl: string;
  readonly apiToken?: string;
  readonly authSecret?: string;
  readonly redisUrl?: string;
  readonly keyPrefix: string;
  readonly partitions: number;
}

type Options = Omit<Settings, 'socketUrl'> & { readonly socketUrl?: string };

const defaultUrl = 'http://127.0.0.1:7000';
const defaultSocketUrl = 'ws://127.0.0.1:7001';

export function addSettings(program: Command): Command {
  const option = (flags: string, description: string, variable: string) =>
    new Option(flags, description).env(variable).helpGroup('Settings:');
  return program
    .addOption(
      option('--url <url>', 'where HTTP is answered', 'SWITCHBOARD_URL')
        .default(defaultUrl)
        .argParser(webAddress(['http:', 'https:'])),
    )
    .addOption(
      option('--socket-url <url>', 'where sockets are taken', 'SWITCHBOARD_SOCKET_URL').argParser(
        webAddress(['ws:', 'wss:']),
      ),
    )
    .addOption(option('--api-token <token>', 'token of a calling service', 'API_TOKEN'))
    .addOption(option('--auth-secret <secret>', 'secret that signs tokens (HS256)', 'AUTH_SECRET'))
    .addOption(option('--redis-url <url>', 'for doctor and keys', 'REDIS_URL'))
    .addOption(option('--key-prefix <prefix>', 'prefix of the keys', 'KEY_PREFIX').default('sb:'))
    .addOption(
      option('--partitions <n>', 'partitions of the deployment', 'PARTITIONS')
        .default(16)
        .argParser(partitionCount),
    )
    .addOption(new Option('--json', 'print JSON for programs').default(false));
}

/** Of the program, wherever on the line they were given. */
export function settingsOf(command: Command): Settings {
  const { socketUrl, ...options } = command.optsWithGlobals<Options>();
  return { ...options, socketUrl: socketUrl ?? socketUrlOf(options.url) };
}

/** One origin has both, unless they run side by side on one machine. */
function socketUrlOf(url: string): string {
  return url === defaultUrl ? defaultSocketUrl : url.replace(/^http/u, 'ws');
}

/** The settings that a command cannot do without. */
export function required(settings: Settings, name: 'apiToken' | 'authSecret' | 'redisUrl'): string {
  const value = settings[name];
  if (value) return value;
  const [variable, flag] = {
    apiToken: ['API_TOKEN', '--api-token'],
    authSecret: ['AUTH_SECRET', '--auth-secret'],
    redisUrl: ['REDIS_URL', '--redis-url'],
  }[name];
  throw new Failure(
    exitCodes.config,
    `${variable} is not set`,
    `Set it in the environment (or give ${flag}, which other users of the machine can see).`,
  );
}

/** What must never be written to a terminal or a log. */
export function secretsOf({ apiToken, authSecret, redisUrl }: Partial<Settings>): string[] {
  const password = /^[^:]+:\/\/[^@/]*?:([^@/]+)@/u.exec(redisUrl ?? '')?.[1];
  const all = [apiToken, authSecret, password, password && decode(password)];
  return all.filter((secret): secret is string => secret !== undefined && secret !== '');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function webAddress(protocols: readonly string[]) {
  return (text: string): string => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url && protocols.includes(url.protocol)) return text.replace(/\/+$/u, '');
    throw new InvalidArgumentError(`It must begin with ${protocols.join('// or ')}//.`);
  };
}

function partitionCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 1024) return count;
  throw new InvalidArgumentError('It must be 1 to 1024.');
}
