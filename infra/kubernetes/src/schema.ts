/**
 * Manifests against Kubernetes' own types: `kubernetes-models` has them generated from its OpenAPI document.
 * The compiler finds unknown keys, missing ones and wrong types in the objects as literals.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Manifest } from './render.ts';

const root = join(import.meta.dirname, '..');
const compilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  types: [],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  target: 'es2024',
};

/** What is wrong, one line each; empty when every manifest fits its schema. */
export async function schemaProblems(manifests: readonly Manifest[]): Promise<string[]> {
  // In the package, so that its types are found.
  const parent = join(root, 'node_modules/.cache');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'manifests-'));
  try {
    await writeFile(join(folder, 'manifests.mts'), manifests.map(literal).join('\n'));
    const config = { compilerOptions, files: ['manifests.mts'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    return await compile(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function literal(manifest: Manifest, index: number): string {
  const { apiVersion, kind } = manifest;
  const type = `import('${packageOf(apiVersion)}/${apiVersion}').I${kind}`;
  return `export const ${kind}${index}: ${type} = ${JSON.stringify(manifest, null, 1)};`;
}

function packageOf(apiVersion: string): string {
  return apiVersion.startsWith('gateway.') ? '@kubernetes-models/gateway-api' : 'kubernetes-models';
}

async function compile(folder: string): Promise<string[]> {
  const require = createRequire(import.meta.url);
  const tsc = join(require.resolve('typescript/package.json'), '../bin/tsc');
  const args = [tsc, '--project', folder, '--pretty', 'false'];
  try {
    await promisify(execFile)(process.execPath, args, { maxBuffer: 16 * 1024 * 1024 });
    return [];
  } catch (error) {
    const { stdout = '' } = error as { stdout?: string };
    if (stdout === '') throw error;
    return stdout.split('\n').filter((line) => line.includes('error TS'));
  }
}
