/** `switchboard tail <chat>`: what happens in a chat, as it happens, as operators see it. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Act, Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { describeFrame } from '../report/describe-frame.ts';
import { required } from '../settings.ts';
import type { Frame } from '../socket/chat-stream.ts';
import { mint } from './token.ts';

interface TailOptions {
  readonly since?: string;
  readonly history?: number;
  readonly count?: number;
  readonly token?: string;
  readonly all?: boolean;
}

/** A tail is no work shift: whoever wants longer begins again from the position. */
const tokenLifeS = 12 * 3600;

export function addTail(program: Command, act: Act): void {
  program
    .command('tail')
    .summary('show live what happens in a chat')
    .description(
      'Show what happens in a chat as its operators see it, without being seen there. It comes back by itself, without a gap, when the edge goes away.',
    )
    .argument('<chat>', 'chat id')
    .option('--since <position>', 'begin after this position')
    .option('-n, --history <n>', 'begin with the newest messages, at most 200', countUpTo(200))
    .option('--count <n>', 'end after so many events', countUpTo(1_000_000))
    .option('--all', 'show connected, caughtUp and the like too')
    .option('--token <token>', 'connect with this token (default: minted with AUTH_SECRET)')
    .addHelpText(
      'after',
      `
With --json each line is a frame; its position is the --since of the next time.

Examples:
  $ switchboard tail c1 --history 20
  $ switchboard tail c1 --json | jq -r 'select(.event == "messageAdded") | .data.message.text'`,
    )
    .action(act<TailOptions>(runTail));
}

async function runTail(context: Context, options: TailOptions, [chatId = '']: string[]) {
  const { settings, terminal, style } = context;
  const token = async () =>
    options.token ?? (await mint(required(settings, 'authSecret'), observer(chatId))).token;
  const { openChatStream } = await import('../socket/chat-stream.ts');
  const stream = openChatStream({
    url: settings.socketUrl,
    chatId,
    token,
    since: options.since,
    history: options.history,
    stop: terminal.stop,
    say: (line) => terminal.writeError(`${style('dim', line)}\n`),
  });
  let left = options.count ?? Infinity;
  for await (const frame of stream) {
    if (!options.all && isOurOwn(frame)) {
      if (frame.event === 'connected' && frame.data['resumed'] === false) throw lost(options.since);
      continue;
    }
    context.answer(frame, () => `${describeFrame(frame, style)}\n`);
    if ((left -= 1) === 0) return;
  }
}

function observer(chatId: string) {
  return {
    role: 'operator' as const,
    sub: 'switchboard-tail',
    chats: [chatId],
    ttl: tokenLifeS,
    claim: {},
  };
}

const ownEvents = new Set([
  'connected',
  'caughtUp',
  'checkpoint',
  'pong',
  'disconnecting',
  'tokenExpiring',
]);

function isOurOwn({ event }: Frame): boolean {
  return ownEvents.has(event);
}

function lost(since: string | undefined): Failure {
  const what = since === undefined ? 'what came meanwhile' : `what came after ${since}`;
  return new Failure(
    exitCodes.data,
    `The log does not hold ${what} any more`,
    'Begin again without --since; --history shows the newest messages.',
  );
}

function countUpTo(max: number) {
  return (text: string): number => {
    const count = Number(text);
    if (Number.isInteger(count) && count >= 1 && count <= max) return count;
    throw new InvalidArgumentError(`It must be 1 to ${max}.`);
  };
}
