/** The programs that operators' files are checked with: kustomize for manifests, promtool for alerts. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findExecutable, runSystemProgram } from './executable.ts';
import { unpackPackage } from './unpack-package.ts';

/** Runs a program to its end and gives its stdout; rejects with what it wrote to stderr. */
type Run = (args: readonly string[]) => Promise<string>;

/** `kustomize build` as it needs to be: components came with 3.7, `includeTemplates` with 4.3. */
const kustomizeMinMajor = 5;
const kustomizeModule = 'sigs.k8s.io/kustomize/kustomize/v5';
const kustomizeVersion = 'v5.5.0';

/**
 * Renders a folder's manifests: by kustomize or kubectl of the machine, else by kustomize as Go builds it
 * (once, some minutes, into the user's cache). Rejects with one line that says what to install.
 */
export const findKustomize = async (): Promise<(folder: string) => Promise<string>> => {
  const kubectl = await findExecutable(['kubectl']);
  if (kubectl !== undefined && (await isNewEnough(kubectl, ['version', '--client']))) {
    return (folder) => runSystemProgram(kubectl, ['kustomize', folder]);
  }
  const found = await findExecutable(['kustomize']);
  const isUsable = found !== undefined && (await isNewEnough(found, ['version']));
  // What Go has built tells no version.
  const kustomize = isUsable ? found : await buildKustomize();
  return (folder) => runSystemProgram(kustomize, ['build', folder]);
};

const isNewEnough = async (program: string, args: readonly string[]): Promise<boolean> => {
  const told = await runSystemProgram(program, args).catch(() => '');
  // kubectl: `Kustomize Version: v5.5.0`; kustomize: `v5.5.0`.
  const major = /(?:^|Kustomize Version: )v(\d+)\./mu.exec(told.replace(/^Client.*$/mu, ''))?.[1];
  return Number(major) >= kustomizeMinMajor;
};

const buildKustomize = async (): Promise<string> => {
  const go = await findExecutable(['go'], [...pathFolders(), '/usr/local/go/bin']);
  if (go === undefined) {
    throw new Error('no kubectl 1.28, kustomize 5 or Go here; install kubectl 1.28 or later');
  }
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'switchboard/go');
  await runSystemProgram(go, ['install', `${kustomizeModule}@${kustomizeVersion}`], {
    env: { GOBIN: folder },
  });
  return join(folder, 'kustomize');
};

const pathFolders = (): string[] => (process.env['PATH'] ?? '').split(':');

/** promtool, of the machine or of Debian's package `prometheus`, which is unpacked and not installed. */
export const findPromtool = async (): Promise<Run> => {
  const found = await findExecutable(['promtool']);
  if (found !== undefined) return (args) => runSystemProgram(found, args);
  const { path, env } = await unpackPackage(
    { name: 'prometheus', packages: ['prometheus'], program: 'usr/bin/promtool' },
    () => {},
  );
  return (args) => runSystemProgram(path, args, { env });
};
