import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';

/** Runs a real process: signals, exit codes and pipes are what is tested here. */
const run = (body: string, options: { ipc?: boolean; env?: Record<string, string> } = {}) => {
  const script = `
    import { createShutdown, createLogger } from '@switchboard/runtime';
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const shutdown = createShutdown({ logger: createLogger({ name: 'test' }), timeoutMs: 400 });
    const alive = setInterval(() => {}, 1000);
    ${body}
    console.log('up');`;
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--input-type=module', '--eval', script],
    {
      cwd: import.meta.dirname,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'inherit', ...(options.ipc === true ? (['ipc'] as const) : [])],
    },
  );
  return observe(child);
};

const observe = (child: ChildProcess) => {
  let output = '';
  child.stdout!.on('data', (chunk) => (output += String(chunk)));
  const up = new Promise<void>((resolve) =>
    child.stdout!.on('data', () => output.includes('up\n') && resolve()),
  );
  const ended = Promise.all([once(child, 'exit'), once(child.stdout!, 'end')]).then(
    ([[code, signal]]) => ({
      code: code as number | null,
      signal: signal as string | null,
      output,
    }),
  );
  return { child, up, ended };
};

const stoppedParts = (output: string) =>
  [...output.matchAll(/"part":"(\w+)".*"msg":"([^"]+)"/g)].map(
    ([, part, message]) => `${part}: ${message}`,
  );

describe('createShutdown', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s stops the parts in reverse order and exits with 0',
    async (signal) => {
      const { child, up, ended } = run(`
        shutdown.add('redis', () => wait(20));
        shutdown.add('server', () => {});`);
      await up;
      child.kill(signal);
      const { code, output } = await ended;
      expect(code).toBe(0);
      expect(stoppedParts(output)).toEqual(['server: part stopped', 'redis: part stopped']);
    },
  );

  test('a part that hangs or fails does not keep the others from stopping; the exit code tells', async () => {
    const { child, up, ended } = run(`
      shutdown.add('first', () => {});
      shutdown.add('failing', () => { throw new Error('boom'); });
      shutdown.add('hanging', () => new Promise(() => {}), 50);`);
    await up;
    child.kill('SIGTERM');
    const { code, output } = await ended;
    expect(code).toBe(1);
    expect(stoppedParts(output)).toEqual([
      'hanging: part did not stop',
      'failing: part did not stop',
      'first: part stopped',
    ]);
  });

  test('the whole stop is bounded', async () => {
    const { child, up, ended } = run(`
      for (const name of ['a', 'b', 'c']) shutdown.add(name, () => new Promise(() => {}));`);
    await up;
    const begun = performance.now();
    child.kill('SIGTERM');
    expect((await ended).code).toBe(1);
    expect(performance.now() - begun).toBeLessThan(1500);
  });

  test('SIGTERM twice is SIGTERM', async () => {
    const { child, up, ended } = run(
      `shutdown.add('slow', () => { console.log('stopping-slow'); return wait(100); });`,
    );
    await up;
    child.kill('SIGTERM');
    await new Promise<void>((resolve) =>
      child.stdout!.on('data', (chunk) => String(chunk).includes('stopping-slow') && resolve()),
    );
    child.kill('SIGTERM');
    const { code, output } = await ended;
    expect(code).toBe(0);
    expect(stoppedParts(output)).toEqual(['slow: part stopped']);
  });

  test('a signal of somebody impatient exits at once', async () => {
    const { child, up, ended } = run(
      `shutdown.add('slow', () => { console.log('stopping-slow'); return wait(350); });`,
    );
    await up;
    child.kill('SIGTERM');
    await new Promise<void>((resolve) =>
      child.stdout!.on('data', (chunk) => String(chunk).includes('stopping-slow') && resolve()),
    );
    child.kill('SIGINT');
    const { code, output } = await ended;
    expect(code).toBe(130);
    expect(stoppedParts(output)).toEqual([]);
  });

  test.each([
    ['uncaught exception', `setTimeout(() => { throw new Error('boom'); }, 10);`],
    ['unhandled rejection', `setTimeout(() => Promise.reject(new Error('boom')), 10);`],
  ])('an %s is logged as fatal and exits with 1', async (_name, body) => {
    const { code, output } = await run(body).ended;
    expect(code).toBe(1);
    expect(output).toMatch(/"level":"fatal".*boom/);
  });
});

describe('watching the parent', () => {
  const env = { SWITCHBOARD_PARENT_WATCH: '1' };

  test('a closed stdin stops the process in order', async () => {
    const { child, up, ended } = run(`shutdown.add('server', () => {});`, { env });
    await up;
    child.stdin!.end();
    const { code, output } = await ended;
    expect(code).toBe(0);
    expect(output).toContain('parent is gone');
  });

  test('a closed IPC channel stops the process in order', async () => {
    const { child, up, ended } = run(`shutdown.add('server', () => {});`, { env, ipc: true });
    await up;
    child.disconnect();
    expect((await ended).code).toBe(0);
  });

  test('watching keeps nobody alive', async () => {
    const { ended } = run(`clearInterval(alive);`, { env });
    expect((await ended).code).toBe(0);
  });

  test('without the variable a closed stdin means nothing', async () => {
    const { child, up, ended } = run('', { env: { SWITCHBOARD_PARENT_WATCH: '' } });
    await up;
    child.stdin!.end();
    const first = await Promise.race([
      ended,
      new Promise((resolve) => setTimeout(resolve, 200, 'running')),
    ]);
    expect(first).toBe('running');
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
  });
});
