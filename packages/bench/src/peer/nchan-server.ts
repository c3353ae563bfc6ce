/**
 * The peer `nchan`: nginx with the nchan module, written in C, and Redis. Set up as its documentation has it for
 * servers that share a Redis: a worker per core, no access log, connections that are kept. It remembers the
 * newest messages of a channel in Redis, which is its default. This process only starts and ends nginx.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort, unpackNchan } from '@switchboard/testkit';

const redisUrl = process.argv[2] ?? '';
const lookMs = 50;

const isListening = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1');
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isOpen;
};

const configure = (folder: string, port: number, modulePath: string): string => `
load_module ${modulePath};
daemon off;
pid nginx.pid;
worker_processes auto;
worker_rlimit_nofile 20000;
events { worker_connections 20000; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  keepalive_requests 1000000000;
  nchan_shared_memory_size 128M;
  upstream redis { nchan_redis_server ${redisUrl}; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /message {
      nchan_publisher http;
      nchan_channel_id all;
      nchan_redis_pass redis;
    }
    location = /broadcast {
      nchan_subscriber websocket;
      nchan_channel_id all;
      nchan_redis_pass redis;
      nchan_subscriber_first_message newest;
      nchan_websocket_ping_interval 30;
    }
  }
}
`;

const nchan = await unpackNchan((line) => void process.stderr.write(`${line}\n`));
const folder = await mkdtemp(join(tmpdir(), 'switchboard-nchan-'));
const port = await findFreePort();
await writeFile(join(folder, 'nginx.conf'), configure(folder, port, nchan.modulePath));

const nginx = spawn(nchan.path, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
  env: { ...process.env, ...nchan.env },
  stdio: ['ignore', 'ignore', 'inherit'],
});
const ended = once(nginx, 'exit').then(async () => {
  await rm(folder, { recursive: true, force: true });
  process.exit(0);
});
const end = (): void => void nginx.kill('SIGTERM');
process.on('SIGTERM', end);
process.on('disconnect', end);

while (!(await Promise.race([isListening(port), ended]))) await delay(lookMs);
process.send?.(port);
