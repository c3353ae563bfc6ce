/**
 * Makes `dist/site/` of the sources: what ingress serves at `/console/`. Under a second; nothing is done when
 * nothing has changed. Run by `npm start`, by the tests that open the pages, and in the Docker image.
 */
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rolldown, type InputOptions, type OutputOptions } from 'rolldown';
import { fingerprint } from './fingerprint.ts';

const app = join(import.meta.dirname, '..');
const site = join(app, 'dist/site');
const require = createRequire(import.meta.url);

const stylesheets = ['base', 'controls', 'sign-in', 'desk', 'conversation', 'cluster'];

const bundle = async (input: InputOptions['input'], output: OutputOptions): Promise<void> => {
  const build = await rolldown({
    input: input as string,
    platform: 'browser',
    resolve: { conditionNames: ['source', 'browser', 'import', 'default'] },
    moduleTypes: { '.css': 'text' },
    transform: { target: 'es2022' },
  });
  await build.write({ minify: true, sourcemap: false, ...output });
  await build.close();
};

const writeStyles = async (folder: string): Promise<void> => {
  const files = [
    ...stylesheets.map((name) => join(app, 'styles', `${name}.css`)),
    require.resolve('uplot/dist/uPlot.min.css'),
  ];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  await writeFile(join(folder, 'console.css'), texts.join('\n'));
};

/** Built beside and moved into place: whoever reads meanwhile finds the old site or the new one. */
const build = async (print: string): Promise<void> => {
  const folder = `${site}-${process.pid}`;
  const old = `${folder}-old`;
  await mkdir(folder, { recursive: true });
  await cp(join(app, 'pages'), folder, { recursive: true });
  await writeStyles(folder);
  await cp(join(app, 'styles/demo.css'), join(folder, 'demo.css'));
  await bundle(join(app, 'src/console.tsx'), {
    dir: folder,
    format: 'esm',
    entryFileNames: 'console.js',
    chunkFileNames: '[name].js',
  });
  await bundle(join(app, 'src/widget/embed.tsx'), {
    file: join(folder, 'widget.js'),
    format: 'iife',
  });
  await bundle(join(app, 'src/demo/demo.ts'), { file: join(folder, 'demo.js'), format: 'iife' });
  await writeFile(join(folder, 'fingerprint'), print);
  await rename(site, old).catch(ignoreMissing);
  await rename(folder, site).catch(async (error: unknown) => {
    // Another build, of the same sources, was there first.
    await rm(folder, { recursive: true, force: true });
    if ((await builtPrint()) !== print) throw error;
  });
  await rm(old, { recursive: true, force: true });
};

const ignoreMissing = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'ENOENT') throw error;
};

const builtPrint = (): Promise<string | undefined> =>
  readFile(join(site, 'fingerprint'), 'utf8').catch(() => undefined);

const print = await fingerprint(app, join(app, '../../packages/client/src'));
if ((await builtPrint()) !== print) await build(print);
