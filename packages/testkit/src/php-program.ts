/** PHP's command line: of the machine, or of Debian's package, which is unpacked and not installed. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findExecutable, findSystemExecutable } from './executable.ts';
import { unpackPackage, type UnpackedProgram } from './unpack-package.ts';

/** The program, with the variables that it needs; rejects with one line that says what to type. */
export const findPhp = async (say: (line: string) => void = () => {}): Promise<UnpackedProgram> => {
  const path = (await findExecutable(['php'])) ?? (await findSystemExecutable(['php']));
  if (path !== undefined) return { path, env: {} };
  return unpackPhp(say).catch((error: unknown) => {
    throw new Error('no php here; type: sudo apt-get install -y php-cli', { cause: error });
  });
};

/** `php` itself is a link that only an installation makes; what is there has its version in its name. */
const unpackPhp = async (say: (line: string) => void): Promise<UnpackedProgram> => {
  const wanted = { name: 'php', packages: ['php-cli'], program: 'usr/bin' } as const;
  const { path: folder, env } = await unpackPackage(wanted, say);
  const name = (await readdir(folder)).find((file) => /^php\d/u.test(file));
  if (name === undefined) throw new Error('the packages hold no php');
  return { path: join(folder, name), env };
};
