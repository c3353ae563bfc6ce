/** `switchboard online`: the operators at their desks. */
import type { OnlineUsersAnswer } from '@switchboard/protocol';
import type { Command } from 'commander';
import { createApi } from '../api.ts';
import type { Act, Context } from '../context.ts';
import { plainText } from '../report/plain-text.ts';
import { table } from '../report/table.ts';

interface OnlineOptions {
  readonly widget?: string;
  readonly department?: string;
  readonly operator?: string;
}

export function addOnline(program: Command, act: Act): void {
  program
    .command('online')
    .summary('list operators who are at their desks')
    .description('List the /broadcast sessions of operators: one line for each connection.')
    .option('-w, --widget <id>', 'only those who are pushed chats of this widget')
    .option('-d, --department <id>', 'only those who are pushed chats of this department')
    .option('-o, --operator <id>', 'only this operator')
    .action(act<OnlineOptions>(runOnline));
}

async function runOnline(context: Context, options: OnlineOptions): Promise<void> {
  const query = new URLSearchParams({
    ...(options.widget !== undefined && { widget_id: options.widget }),
    ...(options.department !== undefined && { department_id: options.department }),
    ...(options.operator !== undefined && { operator_id: options.operator }),
  });
  const path = `/online-users${query.size > 0 ? `?${query.toString()}` : ''}`;
  const sessions = await createApi(context.settings).get<OnlineUsersAnswer>(path);
  context.answer(sessions, () => (sessions.length === 0 ? 'Nobody.\n' : describe(sessions)));
}

function describe(sessions: OnlineUsersAnswer): string {
  const rows = sessions.map((session) => [
    session.operator_user.id,
    plainText(session.operator_user.name ?? ''),
    session.connected_at,
    names(session.sources?.widgets),
    names(session.sources?.departments),
    session.node ?? '',
  ]);
  return table(['OPERATOR', 'NAME', 'CONNECTED', 'WIDGETS', 'DEPARTMENTS', 'NODE'], rows);
}

function names(sources: readonly { readonly id: string }[] | null | undefined): string {
  if (!sources) return 'all';
  return sources.length === 0 ? 'none' : sources.map(({ id }) => plainText(id)).join(',');
}
