/** `switchboard publish <chat>`: messages from a line, from stdin, or from NDJSON. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import type { MessageAnswer } from '@switchboard/protocol';
import { type Command, Option } from 'commander';
import { type Api, createApi } from '../api.ts';
import type { Act, Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

interface PublishOptions {
  readonly id?: string;
  readonly type: string;
  readonly typeRole?: string;
  readonly user: string;
  readonly role: string;
  readonly name?: string;
  readonly ndjson?: boolean;
}

export function addPublish(program: Command, act: Act): void {
  program
    .command('publish')
    .summary('post a message to a chat')
    .description(
      'Post a message to a chat as your backend would. Without a text it is read from stdin.',
    )
    .argument('<chat>', 'chat id')
    .argument('[text...]', 'the text; - reads stdin')
    .option('--id <id>', 'message id; the same id again posts nothing twice (default: made up)')
    .addOption(
      new Option('-t, --type <type>', 'kind')
        .choices(['standard', 'note', 'system', 'bot'])
        .default('standard'),
    )
    .addOption(
      new Option('--type-role <role>', 'who reads a system message').choices([
        'client',
        'operator',
      ]),
    )
    .option('-u, --user <id>', 'author', 'switchboard')
    .addOption(
      new Option('-r, --role <role>', "the author's role")
        .choices(['client', 'operator', 'bot', 'system'])
        .default('operator'),
    )
    .option('--name <name>', "the author's name")
    .option(
      '--ndjson',
      'read messages from stdin, one JSON object a line; chat, id and type are filled in',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ switchboard publish c1 Hello there
  $ git log -1 | switchboard publish c1 --type note
  $ jq -c '.[]' messages.json | switchboard publish c1 --ndjson`,
    )
    .action(act<PublishOptions>(runPublish));
}

type Body = Readonly<Record<string, unknown>>;

async function runPublish(
  context: Context,
  options: PublishOptions,
  [chatId = '', ...words]: string[],
) {
  const api = createApi(context.settings);
  if (options.ndjson) return publishLines(context, api, { chatId, options });
  const isGiven = words.length > 0 && words.join(' ') !== '-';
  const text = isGiven ? words.join(' ') : await textOf(context.terminal);
  if (text === '') throw new Failure(exitCodes.data, 'There is no text to post');
  await publish(context, api, { ...frameOf(chatId, options), text });
}

/** One after the other, so that they keep their order; the first that is refused ends it. */
async function publishLines(
  context: Context,
  api: Api,
  { chatId, options }: { chatId: string; options: PublishOptions },
): Promise<void> {
  const lines = createInterface({
    input: Readable.from(context.terminal.stdin),
    crlfDelay: Infinity,
  });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    await publish(context, api, { ...frameOf(chatId, options), ...objectOf(line, number) }).catch(
      (error: unknown) => {
        if (!(error instanceof Failure)) throw error;
        throw new Failure(error.exitCode, `line ${number}: ${error.message}`, error.hint);
      },
    );
  }
}

async function publish(context: Context, api: Api, body: Body): Promise<void> {
  const answer = await api.post<MessageAnswer>('/message', body);
  const { id, position, duplicate, present } = answer;
  context.answer(answer, () =>
    duplicate
      ? `${id} was posted before\n`
      : `${id} at ${position}, read by ${present.clients} clients and ${present.operators} operators\n`,
  );
}

function frameOf(chatId: string, options: PublishOptions): Body {
  return {
    id: options.id ?? crypto.randomUUID(),
    chat_id: chatId,
    type: options.type,
    ...(options.typeRole !== undefined && { type_role: options.typeRole }),
    user: {
      id: options.user,
      role: options.role,
      ...(options.name !== undefined && { name: options.name }),
    },
  };
}

function objectOf(line: string, number: number): Body {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Body;
  } catch {
    // Said below, with what is no object.
  }
  throw new Failure(exitCodes.data, `line ${number} is no JSON object`);
}

async function textOf({ stdin }: Terminal): Promise<string> {
  return (await readAll(Readable.from(stdin))).replace(/\r?\n$/u, '');
}
