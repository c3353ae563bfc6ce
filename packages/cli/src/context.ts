/** What a command's action gets: the settings, the terminal and how it answers. */
import type { Command } from 'commander';
import { createStyle, type Style } from './report/style.ts';
import { type Settings, settingsOf } from './settings.ts';
import type { Terminal } from './terminal.ts';

export interface Context {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly style: Style;
  /** One answer: JSON in one line with `--json`, else what a person reads. */
  answer(value: unknown, forPeople: () => string): void;
}

export function createContext(terminal: Terminal, command: Command): Context {
  const settings = settingsOf(command);
  return {
    settings,
    terminal,
    style: createStyle(terminal.hasColors && !settings.json),
    answer: (value, forPeople) =>
      terminal.write(settings.json ? `${JSON.stringify(value)}\n` : forPeople()),
  };
}

/** A command's work: its options, its arguments. */
export type Run<Options> = (context: Context, options: Options, args: string[]) => Promise<void>;

/** Makes a commander action of it. */
export type Act = <Options>(run: Run<Options>) => (...given: unknown[]) => Promise<void>;

export function createAct(terminal: Terminal): Act {
  return (run) =>
    async (...given) => {
      const command = given.at(-1) as Command;
      await run(
        createContext(terminal, command),
        command.opts() as Parameters<typeof run>[1],
        command.args,
      );
    };
}
