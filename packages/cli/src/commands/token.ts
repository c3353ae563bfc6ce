/** `switchboard token`: a token as your backend would mint it, for development. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Act, Context } from '../context.ts';
import { parseDuration } from '../duration.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { required } from '../settings.ts';

export interface TokenOptions {
  readonly role: 'client' | 'operator';
  readonly sub: string;
  readonly name?: string;
  readonly chat?: string;
  readonly chats?: readonly string[];
  readonly widgets?: readonly string[];
  readonly departments?: readonly string[];
  readonly ttl: number;
  readonly claim: Readonly<Record<string, unknown>>;
}

export function addToken(program: Command, act: Act): void {
  program
    .command('token')
    .summary('mint a development token')
    .description(
      'Mint a token, signed with AUTH_SECRET (HS256). For development: production tokens come from your backend.',
    )
    .addOption(
      new Option('-r, --role <role>', 'who it is')
        .choices(['client', 'operator'])
        .makeOptionMandatory(),
    )
    .requiredOption('-s, --sub <id>', 'user id')
    .option('-n, --name <name>', 'name that others see')
    .option('-c, --chat <id>', 'the one chat of a client')
    .option('--chats <ids>', 'chats that an operator may join (default: all)', list)
    .option('--widgets <ids>', 'widgets whose chats an operator is pushed (default: all)', list)
    .option('--departments <ids>', 'the same for departments', list)
    .option('--ttl <duration>', 'how long it lives', parseDuration, 3600)
    .option('--claim <name=value>', 'a further claim, JSON or text; repeatable', claim, {})
    .addHelpText(
      'after',
      `
Examples:
  $ switchboard token --role client --sub 7 --chat c1
  $ switchboard token -r operator -s 42 --departments sales --ttl 8h
  $ npx wscat -s bearer -s "$(switchboard token -r operator -s 42)" -c ws://127.0.0.1:7001/broadcast`,
    )
    .action(act<TokenOptions>(runToken));
}

async function runToken(context: Context, options: TokenOptions): Promise<void> {
  if (options.role === 'client' && options.chat === undefined) {
    throw new Failure(exitCodes.usage, 'A client needs the chat that it may join: --chat <id>');
  }
  const { token, claims } = await mint(required(context.settings, 'authSecret'), options);
  context.answer({ token, claims }, () => `${token}\n`);
}

/** @param options ttl in seconds */
export async function mint(secret: string, options: TokenOptions) {
  const expires = Math.floor(Date.now() / 1000) + options.ttl;
  const claims = { ...claimsOf(options), exp: expires };
  const { SignJWT } = await import('jose');
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .sign(new TextEncoder().encode(secret));
  return { token, claims };
}

function claimsOf(options: TokenOptions): Record<string, unknown> {
  const { role, sub, name, chat, chats, widgets, departments, claim } = options;
  const isFiltered = widgets !== undefined || departments !== undefined;
  return {
    sub,
    role,
    ...(name !== undefined && { name }),
    ...(chat !== undefined && { chat_id: chat }),
    ...(chats !== undefined && { chats }),
    ...(isFiltered && {
      sources: { widgets: sources(widgets), departments: sources(departments) },
    }),
    ...claim,
  };
}

const sources = (ids: readonly string[] | undefined) => ids?.map((id) => ({ id })) ?? null;

function list(text: string): string[] {
  return text.split(',').filter((id) => id !== '');
}

function claim(text: string, others: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const [, name, value] = /^([^=]+)=(.*)$/su.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('Write name=value.');
  return { ...others, [name]: jsonOrText(value) };
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
