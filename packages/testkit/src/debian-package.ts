/**
 * Programs that a test needs and that the machine may not have: found, or got as a Debian package. Unlike
 * Redis these are installed and not unpacked somewhere: a browser does not run from another folder.
 */
import { findSystemExecutable, runSystemProgram } from './executable.ts';

/** What this looks for, and where it comes from. */
export interface DebianProgram {
  /** Names that the program may have, the first one found wins. */
  names: readonly string[];
  /** The package that brings it. */
  package: string;
  /** Rejects when the program that was found will not do (default: any will). */
  check?: (path: string) => Promise<unknown>;
}

/** What the machine lets us do; tests bring their own. */
export interface Machine {
  isRoot: boolean;
  find: (names: readonly string[]) => Promise<string | undefined>;
  run: (path: string, args: readonly string[]) => Promise<string>;
}

const thisMachine: Machine = {
  isRoot: process.getuid?.() === 0,
  find: findSystemExecutable,
  run: runSystemProgram,
};

type Say = (line: string) => void;

/** The path of a program that works; rejects with one line that says what to type. */
export const findOrInstall = async (
  program: DebianProgram,
  say: Say = () => {},
  machine: Machine = thisMachine,
): Promise<string> => {
  const present = await findWorking(program, machine);
  if (typeof present === 'string') return present;
  const reason = await install(program, say, machine).then(() => undefined, asReason);
  const got = reason ?? (await findWorking(program, machine));
  if (typeof got === 'string') return got;
  throw new Error(`${got.message}; type: sudo apt-get install -y ${program.package}`);
};

const findWorking = async (program: DebianProgram, machine: Machine): Promise<string | Error> => {
  const path = await machine.find(program.names);
  if (path === undefined) return new Error(`no ${program.names.join(' or ')} here`);
  const failure = await program.check?.(path).then(() => undefined, asReason);
  return failure === undefined ? path : new Error(`${path} will not do (${lastLine(failure)})`);
};

const install = async (program: DebianProgram, say: Say, machine: Machine): Promise<void> => {
  const apt = await machine.find(['apt-get']);
  if (apt === undefined) throw new Error(`no ${program.names[0]} and no apt-get here`);
  if (!machine.isRoot) throw new Error(`no ${program.names[0]} here, and only root may install it`);
  say(`Installing the Debian package ${program.package} with apt-get`);
  await installWith(apt, program, machine).catch(async () => {
    say('Fetching the package lists (apt-get update)');
    await machine.run(apt, [...patient, 'update', '-qq']);
    await installWith(apt, program, machine);
  });
};

/** Another apt may be at work on the machine: it is waited for, ten minutes at most. */
const patient = ['-o', 'DPkg::Lock::Timeout=600'];

const installWith = (apt: string, program: DebianProgram, machine: Machine): Promise<string> =>
  machine.run(apt, [
    ...patient,
    'install',
    '-y',
    '-qq',
    '--no-install-recommends',
    program.package,
  ]);

const asReason = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));

const lastLine = (error: Error): string => error.message.trim().split('\n').at(-1) ?? '';

/** Chromium for tests of pages. */
export const findChromium = (say?: Say): Promise<string> =>
  findOrInstall({ names: ['chromium'], package: 'chromium' }, say);

/** A Python that has the `websockets` package: Debian's own, since that is the one apt installs it for. */
export const findPythonWithWebsockets = (say?: Say): Promise<string> =>
  findOrInstall(
    {
      names: ['python3'],
      package: 'python3-websockets',
      check: (path) => runSystemProgram(path, ['-c', 'import websockets']),
    },
    say,
  );

export const findCurl = (say?: Say): Promise<string> =>
  findOrInstall({ names: ['curl'], package: 'curl' }, say);
