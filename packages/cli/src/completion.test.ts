/** Tab, as the shells themselves complete it. Bash is in operations.test.ts. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { findShell } from '@switchboard/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const binaries = join(import.meta.dirname, '../../../node_modules/.bin');
/** They may have to be fetched. */
const fetchTimeoutMs = 120_000;

let home: string;
let zsh: Awaited<ReturnType<typeof findShell>>;
let fish: typeof zsh;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'switchboard-shells-'));
  zsh = await findShell('zsh');
  fish = await findShell('fish');
}, fetchTimeoutMs);
afterAll(() => rm(home, { recursive: true, force: true }));

const run = async ({ path, env }: typeof zsh, args: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(path, args, {
    timeout: 50_000,
    env: {
      ...process.env,
      ...env,
      PATH: [binaries, process.env['PATH']].join(delimiter),
      HOME: home,
      TERM: 'xterm',
    },
  });
  return stdout;
};

/** Types into a shell at a terminal; `^X` shows the line as it stands. */
const atTheTerminal = String.raw`
[[ -n $ZSH_MODULES ]] && module_path=($ZSH_MODULES)
zmodload zsh/zpty
zpty shell "${'$'}{(q)0} -f -i"
zpty -w shell '[[ -n $ZSH_MODULES ]] && { module_path=($ZSH_MODULES); fpath=($ZSH_FUNCTIONS $ZSH_FUNCTIONS/Base) }; PS1='
zpty -w shell 'autoload -Uz compinit; compinit -u -D; eval "$(switchboard completion zsh)"'
zpty -w shell 'show() { print -r -- "LI""NE:$BUFFER:"; BUFFER= }; zle -N show; bindkey "^X" show; echo RE""ADY'
zpty -r shell out '*READY*'
for typed; do
  zpty -w -n shell "$typed"$'\t\x18'
  zpty -r shell out '*LINE:*:*'
  print -r -- "${'$'}{${'$'}{out##*LINE:}%%:*}"
done
`;

test.concurrent('Tab completes in zsh what the program knows', async () => {
  const typed = ['switchboard pu', 'switchboard token --role op', 'switchboard tail --hi'];
  const told = await run(zsh, ['-f', '-c', atTheTerminal, zsh.path, ...typed]);
  expect(told.split('\n')).toEqual([
    'switchboard publish ',
    'switchboard token --role operator ',
    'switchboard tail --history ',
    '',
  ]);
}, 60_000);

test.concurrent('Tab completes in fish what the program knows, with what it means', async () => {
  const asked = ['switchboard p', 'switchboard token --role ', 'switchboard tail --hi'];
  const lines = asked.map((line) => `complete -C "${line}"`);
  const script = ['switchboard completion fish | source', ...lines].join('; ');
  const told = await run(fish, ['--no-config', '-c', script]);
  expect(told.trimEnd().split('\n')).toEqual([
    'publish\tpost a message to a chat',
    'client',
    'operator',
    expect.stringMatching(/^--history\t./u),
  ]);
}, 60_000);
