/** Load balancers for tests: found, or unpacked from Debian's package. Installed, nginx would start by itself. */
import { findExecutable, findSystemExecutable } from './executable.ts';
import { unpackPackage, type Unpackable, type UnpackedProgram } from './unpack-package.ts';

/** The program, with the variables that it needs; rejects with one line that says what to type. */
export const findBalancer = async (name: 'haproxy' | 'nginx'): Promise<UnpackedProgram> => {
  const path = (await findExecutable([name])) ?? (await findSystemExecutable([name]));
  if (path !== undefined) return { path, env: {} };
  const wanted = { name, packages: [name], program: `usr/sbin/${name}` } satisfies Unpackable;
  return unpackPackage(wanted, () => {}).catch((error: unknown) => {
    throw new Error(`no ${name} here; type: sudo apt-get install -y ${name}`, { cause: error });
  });
};
