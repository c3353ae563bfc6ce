/** `switchboard keys <chat>`: the chat's keys in Redis, what is in them, and how to look. */
import type { Command } from 'commander';
import type { Act, Context } from '../context.ts';
import { plainText } from '../report/plain-text.ts';
import { table } from '../report/table.ts';

export function addKeys(program: Command, act: Act): void {
  program
    .command('keys')
    .summary("show a chat's keys in Redis")
    .description(
      "Show a chat's keys in Redis: how much is in each, for how long, and what to type into redis-cli.",
    )
    .argument('<chat>', 'chat id')
    .action(act(runKeys));
}

async function runKeys(context: Context, _options: object, [chatId = '']: string[]) {
  // Loaded when it is needed: see doctor.ts.
  const { openInspection } = await import('@switchboard/bus');
  const { redisOf } = await import('../redis-settings.ts');
  const inspection = await openInspection(await redisOf(context.settings));
  try {
    const keys = await inspection.keysOf(chatId);
    context.answer(keys, () =>
      table(
        ['KEY', 'TYPE', 'COUNT', 'EXPIRES', 'READ', 'HOLDS'],
        keys.map(({ key, type, count, expiresInMs, read, holds }) => [
          plainText(key),
          type,
          String(count),
          expiry(expiresInMs),
          plainText(read),
          holds,
        ]),
      ),
    );
  } finally {
    inspection.close();
  }
}

const hourMs = 3_600_000;

function expiry(ms: number): string {
  return ms < 0 ? '-' : `${(ms / hourMs).toFixed(1)} h`;
}
