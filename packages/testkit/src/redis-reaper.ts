/**
 * A program that outlives whoever started a private Redis by a moment: when its stdin closes (also after a
 * SIGKILL of the starter) it ends the server and removes the temporary folder. The server is addressed by
 * the socket in that folder, so that it can never be somebody else's.
 */
import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const patienceMs = 3000;

const closed = (): Promise<void> =>
  new Promise((resolve) => {
    process.stdin
      .on('close', resolve)
      .on('error', () => resolve())
      .resume();
  });

/** Resolves with true when a server took the command, with false when there is none. */
const shutDown = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(socketPath, () => socket.write('SHUTDOWN NOSAVE FORCE\r\n'));
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(true));
  });

const killFrozen = async (folder: string): Promise<void> => {
  const pid = Number(await readFile(join(folder, 'redis.pid'), 'utf8'));
  if (pid > 1) process.kill(pid, 'SIGKILL');
};

const reap = async (folder: string): Promise<void> => {
  const socketPath = join(folder, 'redis.sock');
  const hadServer = await shutDown(socketPath);
  if (hadServer) await delay(50);
  // A server that still takes connections but obeys no command is frozen (SIGSTOP).
  if (hadServer && (await shutDown(socketPath))) await killFrozen(folder);
  await rm(folder, { recursive: true, force: true });
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
await closed();
await reap(process.argv[2] ?? '');
