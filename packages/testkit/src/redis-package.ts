/** A Redis server from the system's package manager, unpacked and not installed. */
import { findSystemExecutable } from './executable.ts';
import { unpackPackage, type UnpackedProgram } from './unpack-package.ts';

/** What a person types on this kind of machine; tried in this order. */
const installCommands: readonly [string, string][] = [
  ['apt-get', 'sudo apt-get update && sudo apt-get install -y redis-server'],
  ['dnf', 'sudo dnf install -y redis'],
  ['apk', 'sudo apk add redis'],
  ['pacman', 'sudo pacman -S --noconfirm redis'],
  ['zypper', 'sudo zypper install -y redis'],
  ['brew', 'brew install redis'],
];

/** The command that installs Redis here, or where to read about it. */
export const installCommand = async (): Promise<string> => {
  for (const [manager, command] of installCommands) {
    if (await findSystemExecutable([manager])) return command;
  }
  return 'see https://redis.io/docs/latest/operate/oss_and_stack/install/';
};

/** A server unpacked from apt's packages, now or at an earlier run; rejects with the reason why not. */
export const unpackRedisPackage = (say: (line: string) => void): Promise<UnpackedProgram> =>
  unpackPackage(
    { name: 'redis', packages: ['redis-server', 'redis-tools'], program: 'usr/bin/redis-server' },
    say,
  );
