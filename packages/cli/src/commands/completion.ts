/**
 * `switchboard completion <shell>`: what makes Tab work. The shells ask the program itself
 * (`switchboard __complete <words>`), so there is one list and it is never old.
 */
import { type Command, Argument } from 'commander';
import type { Act, Context } from '../context.ts';

const scripts = {
  bash: `# eval "$(switchboard completion bash)"
_switchboard() {
  COMPREPLY=()
  local line
  while IFS= read -r line; do COMPREPLY+=("\${line%%$'\\t'*}"); done \\
    < <(switchboard __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _switchboard switchboard
`,
  zsh: `#compdef switchboard
# eval "$(switchboard completion zsh)"
_switchboard() {
  local -a candidates
  candidates=(\${\${(f)"$(switchboard __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)"}//$'\\t'/:})
  if (( \${#candidates} )); then _describe switchboard candidates; else _files; fi
}
compdef _switchboard switchboard
`,
  fish: `# switchboard completion fish | source
complete -c switchboard -f -a '(switchboard __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

type Shell = keyof typeof scripts;

export function addCompletion(program: Command, act: Act): void {
  program
    .command('completion')
    .summary('make Tab work in your shell')
    .description('Print the completion of a shell. Put the line into its start-up file.')
    .addArgument(new Argument('<shell>').choices(Object.keys(scripts)))
    .addHelpText(
      'after',
      `
Start-up files:
  ~/.bashrc                   eval "$(switchboard completion bash)"
  ~/.zshrc                    eval "$(switchboard completion zsh)"     (after compinit)
  ~/.config/fish/config.fish  switchboard completion fish | source`,
    )
    .action(
      act(async ({ terminal }: Context, _options: object, [shell]: string[]) =>
        terminal.write(scripts[shell as Shell]),
      ),
    );
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(
      act(async ({ terminal }: Context, _options: object, words: string[]) => {
        for (const { word, meaning } of candidates(program, words))
          terminal.write(`${word}\t${meaning}\n`);
      }),
    );
}

interface Candidate {
  readonly word: string;
  readonly meaning: string;
}

/** What may stand in place of the last word. */
export function candidates(program: Command, words: readonly string[]): Candidate[] {
  const [typed = '', before] = [words.at(-1), words.at(-2)];
  const command = program.commands.find((each) => words.slice(0, -1).includes(each.name()));
  const options = [...(command?.options ?? []), ...program.options];
  const option = options.find(
    ({ short, long }) => before !== undefined && [short, long].includes(before),
  );
  if (option && (option.required || option.optional))
    return starting(valuesOf(option.argChoices), typed);
  if (typed.startsWith('-')) {
    return starting(
      options.map(({ long, description }) => ({ word: long ?? '', meaning: description })),
      typed,
    );
  }
  if (command)
    return starting(
      command.registeredArguments.flatMap((argument) => valuesOf(argument.argChoices)),
      typed,
    );
  return starting(program.createHelp().visibleCommands(program).map(nameOf), typed);
}

function nameOf(command: Command): Candidate {
  return { word: command.name(), meaning: command.summary() || command.description() };
}

function valuesOf(choices: readonly string[] | undefined): Candidate[] {
  return (choices ?? []).map((word) => ({ word, meaning: '' }));
}

function starting(all: readonly Candidate[], typed: string): Candidate[] {
  return all.filter(({ word }) => word.startsWith(typed));
}
