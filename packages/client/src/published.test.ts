/** The package as it is published: packed, looked through by publint and are-the-types-wrong, bundled and weighed. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const source = fileURLToPath(new URL('..', import.meta.url));
const bin = join(source, '../../node_modules/.bin');
const bundleMaxBytes = 8192;

let folder: string;
let tarball: Uint8Array;
/** Where the package lies as a customer has it. */
let installed: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchboard-client-'));
  const build = join(folder, 'build');
  await mkdir(build);
  for (const file of ['README.md', 'SPEC.md', 'src']) {
    await cp(join(source, file), join(build, file), { recursive: true });
  }
  const manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'));
  // Outside of the workspace `workspace:` cannot be resolved; nobody gets these.
  await writeFile(
    join(build, 'package.json'),
    JSON.stringify({ ...manifest, devDependencies: {}, scripts: {} }),
  );
  await run(join(bin, 'tsc'), [
    '-p',
    join(source, 'tsconfig.published.json'),
    '--outDir',
    join(build, 'dist'),
  ]);
  const { stdout } = await run(join(bin, 'pnpm'), ['pack', '--json'], { cwd: build });
  const { filename } = JSON.parse(stdout) as { filename: string };
  tarball = await readFile(join(build, filename));
  const modules = join(folder, 'customer/node_modules/@switchboard');
  await mkdir(modules, { recursive: true });
  await run('tar', ['-xzf', join(build, filename), '-C', modules]);
  installed = join(modules, 'client');
  await cp(join(modules, 'package'), installed, { recursive: true });
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the published package', () => {
  test('has nothing in it that is not wanted', async () => {
    const files = await readdir(installed, { recursive: true });
    expect(files).toEqual(
      expect.arrayContaining(['README.md', 'SPEC.md', 'dist/index.js', 'dist/index.d.ts']),
    );
    expect(files.filter((file) => /test|tsbuildinfo/u.test(file))).toEqual([]);
  });

  test('needs nothing else', async () => {
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    expect(manifest.dependencies ?? {}).toEqual({});
    const code = await readFile(join(installed, 'dist/index.d.ts'), 'utf8');
    expect(code).not.toContain('@switchboard/');
  });

  test('is sound to publint', async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
    expect(messages).toEqual([]);
  });

  test('has types that are right for who imports it as a module', async () => {
    const result = await checkPackage(createPackageFromTarballData(tarball));
    const problems = result.types === false ? ['no types'] : result.problems;
    // It is ESM only: what `require` makes of it, and resolvers that know no `exports`, do not count.
    const ours = problems.filter(
      (problem) =>
        typeof problem === 'string' ||
        !('resolutionKind' in problem) ||
        !['node10', 'node16-cjs'].includes(problem.resolutionKind),
    );
    expect(ours).toEqual([]);
  }, 60_000);

  test("can be used by a program with types, with a browser's libraries and with Node's", async () => {
    const program = `import { connectChat, connectDesk, ClientError } from '@switchboard/client';
const chat = connectChat({ url: 'wss://a.example', chatId: 'c', token: async () => 't' });
chat.on('messageAdded', ({ message }, frame) => { const id: string = message.id + frame.event_id; void id; });
export const sent: Promise<string> = chat.sendMessage({ text: 'Hi' }).then(({ id }) => id);
const desk = connectDesk({ url: 'wss://a.example', token: 't' });
desk.on('operatorUpdated', ({ operator }) => void operator.status);
// @ts-expect-error no such event on the desk
desk.on('userConnected', () => undefined);
export const isRetryable = (error: unknown) => error instanceof ClientError && error.retryable;
`;
    const customer = join(folder, 'customer');
    await writeFile(join(customer, 'program.mts'), program);
    const flags = [
      '--noEmit',
      '--strict',
      '--types',
      '',
      '--target',
      'es2022',
      '--lib',
      'es2022,dom',
    ];
    const compile = async (module: string, moduleResolution: string) => {
      const how = ['--module', module, '--moduleResolution', moduleResolution];
      const args = [...flags, ...how, 'program.mts'];
      return run(join(bin, 'tsc'), args, { cwd: customer }).catch((error: unknown) => error);
    };
    const outcomes = [compile('nodenext', 'nodenext'), compile('esnext', 'bundler')];
    const sound = { stdout: '', stderr: '' };
    expect(await Promise.all(outcomes)).toEqual([sound, sound]);
  }, 60_000);

  test(`is smaller than ${bundleMaxBytes} bytes, bundled and gzipped`, async () => {
    const bundle = await rolldown({ input: join(installed, 'dist/index.js'), platform: 'browser' });
    const { output } = await bundle.generate({ format: 'esm', minify: true });
    expect(output).toHaveLength(1);
    expect(output[0].imports).toEqual([]);
    const bytes = gzipSync(output[0].code, { level: 9 }).length;
    process.stderr.write(`@switchboard/client: ${bytes} bytes gzipped\n`);
    expect(bytes).toBeLessThanOrEqual(bundleMaxBytes);
  });
});
