/** What the images are made of, and what a process in them can do. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { docker, imageOf } from './docker.ts';

const sizeMaxBytes = 250_000_000;
const testFile = /\.(?:test|fixture)\.ts$|\/src\/test\//u;

const readRepository = (path: string): Promise<string> =>
  readFile(new URL(`../../../../${path}`, import.meta.url), 'utf8');

/** Runs a script in a container as compose.yaml sets it up, and gives what it printed, as JSON. */
const runInside = async <Printed>(image: string, script: string): Promise<Printed> => {
  const confined = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges:true'];
  const node = ['--entrypoint=node', image, '--input-type=module', '--eval', script];
  return JSON.parse(await docker(['run', '--rm', '--network=none', ...confined, ...node]));
};

/** `name@version` of a folder in pnpm's store, e.g. of `@ioredis+commands@2.0.0_peer@1.0.0`. */
const packageOf = (folder: string): string =>
  /^(?:@[^+]+\+)?[^@]+@[^_]+/u.exec(folder)?.[0].replace('+', '/') ?? folder;

const installed = async (image: string): Promise<string[]> => {
  const script = `import { readdirSync } from 'node:fs';
    console.log(JSON.stringify(readdirSync('/app/node_modules/.pnpm')))`;
  const folders = await runInside<string[]>(image, script);
  return folders.filter((name) => name.includes('@')).map(packageOf);
};

const listed = async (image: string): Promise<string[]> => {
  const script = `import { readFileSync } from 'node:fs';
    console.log(readFileSync('/app/sbom.cdx.json', 'utf8'))`;
  const { components } = await runInside<{ components: { purl: string }[] }>(image, script);
  return components.map(({ purl }) => decodeURIComponent(purl.replace('pkg:npm/', '')));
};

describe.each(['edge', 'ingress'] as const)('the image of %s', (role) => {
  const image = imageOf(role);
  const inspect = async () => JSON.parse(await docker(['image', 'inspect', image]))[0];

  test('is smaller than 250 MB', async () => {
    expect((await inspect()).Size).toBeLessThan(sizeMaxBytes);
  });

  test('says what it is, of which version and of which commit', async () => {
    const { version } = JSON.parse(await readRepository('package.json'));
    const { Labels } = (await inspect()).Config;
    expect(Labels).toMatchObject({
      'org.opencontainers.image.title': `switchboard-${role}`,
      'org.opencontainers.image.licenses': 'MIT',
      'org.opencontainers.image.version': version,
      'switchboard.sbom': '/app/sbom.cdx.json',
    });
    expect(Labels['org.opencontainers.image.revision']).toMatch(/^[\da-f]{40}$/u);
  });

  test('runs node as process 1, and it is node that is told to stop', async () => {
    const { Entrypoint, StopSignal } = (await inspect()).Config;
    expect(Entrypoint).toEqual(['node', '--conditions=source', `apps/${role}/src/main.ts`]);
    expect(StopSignal).toBe('SIGTERM');
  });

  test('runs as a user that owns nothing and can write nowhere', async () => {
    const script = `import { accessSync, constants } from 'node:fs';
      const canWrite = (path) => {
        try { accessSync(path, constants.W_OK); return true; } catch { return false; }
      };
      const paths = ['/', '/app', '/app/node_modules', '/tmp', '/etc', process.execPath];
      console.log(JSON.stringify({ user: process.getuid(), group: process.getgid(), writable: paths.filter(canWrite) }))`;
    expect(await runInside(image, script)).toEqual({ user: 10001, group: 10001, writable: [] });
  });

  test('has no package manager', async () => {
    const script = `import { readdirSync } from 'node:fs';
      const names = process.env.PATH.split(':').flatMap((path) => readdirSync(path));
      console.log(JSON.stringify(names))`;
    const names = await runInside<string[]>(image, script);
    const managers = new Set(['npm', 'npx', 'pnpm', 'yarn', 'corepack']);
    expect(names.filter((name) => managers.has(name))).toEqual([]);
    expect(names).toContain('node');
  });

  test('has no dependency that only development needs', async () => {
    const { devDependencies } = JSON.parse(await readRepository('package.json'));
    const names = new Set([...Object.keys(devDependencies), 'testcontainers', 'playwright-core']);
    const found = await installed(image);
    expect(found.filter((one) => names.has(one.slice(0, one.lastIndexOf('@'))))).toEqual([]);
    expect(found.filter((one) => one.startsWith('@types/'))).toEqual([]);
    expect(found.length).toBeGreaterThan(10);
  });

  test('lists everything that is installed', async () => {
    const bill = await listed(image);
    expect((await installed(image)).filter((one) => !bill.includes(one))).toEqual([]);
  });

  test('has the sources without their tests', async () => {
    const script = `import { readdirSync } from 'node:fs';
      const list = (path) => readdirSync(path, { recursive: true, withFileTypes: true });
      const files = ['apps', 'packages'].flatMap(list).filter((entry) => entry.isFile());
      console.log(JSON.stringify(files.map(({ parentPath, name }) => parentPath + '/' + name)))`;
    const own = await runInside<string[]>(image, script);
    expect(own).toContain(`apps/${role}/src/main.ts`);
    expect(own.filter((path) => testFile.test(path))).toEqual([]);
  });
});
