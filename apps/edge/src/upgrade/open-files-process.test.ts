/** An edge that was given few files says so, and takes no more sockets than it has files for. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const edge = fileURLToPath(new URL('../../', import.meta.url));

it('SOCKETS_MAX is cut to the limit of open files, with a warning', async () => {
  const command = `ulimit -n 200 && exec "${process.execPath}" --conditions=source src/main.ts`;
  const child = spawn('sh', ['-c', command], {
    cwd: edge,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      KEY_PREFIX: `t${crypto.randomUUID()}:`,
      AUTH_SECRET: 'a secret of at least thirty-two characters',
      HOST: '127.0.0.1',
      PORT: '0',
      PRIVATE_PORT: '0',
      DRAIN_WAIT_MS: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let written = '';
  for await (const chunk of child.stdout) {
    written += String(chunk);
    if (written.includes('listening')) child.kill('SIGTERM');
  }
  const lines = written.trim().split('\n');
  const warning = lines.map((line) => JSON.parse(line)).find(({ wanted }) => wanted !== undefined);
  expect(warning).toMatchObject({ socketsMax: 136, wanted: 100_000 });
  expect(warning.msg).toMatch(/ulimit -n/u);
});
