/** All commands, put together. */
import { Command } from 'commander';
import { addCompletion } from './commands/completion.ts';
import { addDoctor } from './commands/doctor.ts';
import { addKeys } from './commands/keys.ts';
import { addNodes } from './commands/nodes.ts';
import { addOnline } from './commands/online.ts';
import { addPublish } from './commands/publish.ts';
import { addTail } from './commands/tail.ts';
import { addToken } from './commands/token.ts';
import { createAct } from './context.ts';
import { addSettings } from './settings.ts';
import type { Terminal } from './terminal.ts';

export function createProgram(terminal: Terminal, version: string): Command {
  const program = new Command('switchboard')
    .description(
      'Look after a Switchboard cluster: who is online, what a chat holds, whether all is well.',
    )
    .version(version, '-V, --version', 'print the version')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .configureOutput({
      writeOut: terminal.write,
      writeErr: terminal.writeError,
      getOutHelpWidth: () => terminal.columns ?? 100,
      getOutHasColors: () => terminal.hasColors,
    })
    .showHelpAfterError('Try switchboard --help, or --help after a command.')
    .exitOverride();
  const act = createAct(terminal);
  program.commandsGroup('Look:');
  addNodes(program, act);
  addOnline(program, act);
  addTail(program, act);
  addKeys(program, act);
  addDoctor(program, act);
  program.commandsGroup('Do:');
  addPublish(program, act);
  addToken(program, act);
  addCompletion(program, act);
  addSettings(program);
  return program.addHelpText(
    'after',
    `
Flags come before or after the command. Secrets belong into the environment: flags can be seen by
other users of the machine. Exit codes: 0 done, 1 doctor found a fault, 64 wrong usage, 65 refused,
69 nothing answers, 75 try again, 77 not allowed, 78 a setting is missing.`,
  );
}
