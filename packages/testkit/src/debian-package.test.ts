import { describe, expect, test } from 'vitest';
import { findOrInstall, type DebianProgram, type Machine } from './debian-package.ts';

const createMachine = (machine: {
  programs: string[];
  isRoot?: boolean;
  /** What an install brings; undefined: it fails until the lists were fetched. */
  onRun?: (args: string) => void;
}) => {
  const ran: string[] = [];
  const { programs, isRoot = true, onRun = () => {} } = machine;
  return {
    ran,
    machine: {
      isRoot,
      find: async (names) =>
        names.filter((name) => programs.includes(name)).map((name) => `/usr/bin/${name}`)[0],
      run: async (_path, args) => {
        const line = args.filter((arg) => !arg.startsWith('-') && !arg.includes('=')).join(' ');
        ran.push(line);
        onRun(line);
        return '';
      },
    } satisfies Machine,
  };
};

const browser: DebianProgram = { names: ['chromium'], package: 'chromium' };

describe('findOrInstall', () => {
  test('installs nothing that is there', async () => {
    const { machine, ran } = createMachine({ programs: ['chromium', 'apt-get'] });
    expect(await findOrInstall(browser, undefined, machine)).toBe('/usr/bin/chromium');
    expect(ran).toEqual([]);
  });

  test('installs what is missing, and says so', async () => {
    const programs = ['apt-get'];
    const said: string[] = [];
    const { machine, ran } = createMachine({ programs, onRun: () => programs.push('chromium') });
    const path = await findOrInstall(browser, (line) => said.push(line), machine);
    expect(path).toBe('/usr/bin/chromium');
    expect(ran).toEqual(['install chromium']);
    expect(said).toEqual(['Installing the Debian package chromium with apt-get']);
  });

  test('fetches the package lists when there are none yet', async () => {
    const programs = ['apt-get'];
    let hasLists = false;
    const onRun = (line: string) => {
      if (line === 'update') hasLists = true;
      else if (!hasLists) throw new Error('E: Unable to locate package chromium');
      else programs.push('chromium');
    };
    const { machine, ran } = createMachine({ programs, onRun });
    expect(await findOrInstall(browser, undefined, machine)).toBe('/usr/bin/chromium');
    expect(ran).toEqual(['install chromium', 'update', 'install chromium']);
  });

  test('installs the package for a program that is there without it', async () => {
    let works = false;
    const python: DebianProgram = {
      names: ['python3'],
      package: 'python3-websockets',
      check: async () => {
        if (!works) throw new Error('Traceback\nModuleNotFoundError');
      },
    };
    const { machine } = createMachine({
      programs: ['python3', 'apt-get'],
      onRun: () => (works = true),
    });
    expect(await findOrInstall(python, undefined, machine)).toBe('/usr/bin/python3');
  });

  test.each([
    ['without apt-get', { programs: [] }, 'no chromium and no apt-get here'],
    [
      'for others than root',
      { programs: ['apt-get'], isRoot: false },
      'no chromium here, and only root may install it',
    ],
    ['when the package does not bring it', { programs: ['apt-get'] }, 'no chromium here'],
  ])('fails with one line %s', async (_name, setting, reason) => {
    const { machine } = createMachine(setting);
    const failed = await findOrInstall(browser, undefined, machine).catch(
      (error: Error) => error.message,
    );
    expect(failed).toBe(`${reason}; type: sudo apt-get install -y chromium`);
  });
});
