/** Shells for tests of completion: found, or unpacked from Debian's packages. */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findExecutable, findSystemExecutable } from './executable.ts';
import { unpackPackage, type Unpackable, type UnpackedProgram } from './unpack-package.ts';

const packages = {
  zsh: { name: 'zsh', packages: ['zsh', 'zsh-common'], program: 'bin/zsh' },
  fish: { name: 'fish', packages: ['fish', 'fish-common'], program: 'usr/bin/fish' },
} satisfies Record<string, Unpackable>;

/**
 * The program, with the variables that it needs; rejects with one line that says what to type. An unpacked zsh
 * does not find what belongs to it: `ZSH_MODULES` and `ZSH_FUNCTIONS` are its `module_path` and the folder of
 * its functions.
 */
export const findShell = async (name: keyof typeof packages): Promise<UnpackedProgram> => {
  const path = (await findExecutable([name])) ?? (await findSystemExecutable([name]));
  if (path !== undefined) return { path, env: {} };
  const shell = await unpackPackage(packages[name], () => {}).catch((error: unknown) => {
    throw new Error(`no ${name} here; type: sudo apt-get install -y ${name}`, { cause: error });
  });
  return name === 'zsh' ? withItsParts(shell) : shell;
};

/** Debian: `usr/lib/<architecture>/zsh/<version>` and `usr/share/zsh/functions`. */
const withItsParts = async ({ path, env }: UnpackedProgram): Promise<UnpackedProgram> => {
  const root = dirname(dirname(path));
  const libraries = (env['LD_LIBRARY_PATH'] ?? '').split(':').map((folder) => join(folder, 'zsh'));
  const modules = await Promise.any(
    libraries.map(async (folder) => join(folder, (await readdir(folder)).toSorted().at(-1) ?? '')),
  );
  return {
    path,
    env: {
      ...env,
      ZSH_MODULES: modules,
      ZSH_FUNCTIONS: join(root, 'usr/share/zsh/functions/Completion'),
    },
  };
};
