import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultProxy } from './contract.ts';
import { startFaultProxy } from './fault-proxy.ts';

/** The target says back whatever it hears. */
let target: Server;
let proxy: FaultProxy;
const accepted: Socket[] = [];
const opened: Socket[] = [];

beforeEach(async () => {
  target = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => socket.write(bytes));
    socket.on('end', () => socket.end());
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  proxy = await startFaultProxy({ port: (target.address() as AddressInfo).port });
});
afterEach(async () => {
  await proxy.stop();
  for (const socket of [...accepted.splice(0), ...opened.splice(0)]) socket.destroy();
  target.close();
});

interface Caller {
  socket: Socket;
  heard(): string;
  /** How the connection ended: `end` with FIN, an error code, or `undefined` while it lives. */
  ended(): string | undefined;
}

const call = async (): Promise<Caller> => {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true });
  opened.push(socket);
  let heard = '';
  let ended: string | undefined;
  socket.on('data', (bytes: Buffer) => (heard += bytes.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => (ended ??= error.code));
  socket.on('end', () => (ended ??= 'end'));
  await once(socket, 'connect');
  return { socket, heard: () => heard, ended: () => ended };
};

const until = async (what: string, holds: () => boolean, patienceMs = 3000): Promise<void> => {
  const deadline = performance.now() + patienceMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`${what} did not come true`);
    await delay(5);
  }
};

test('without a condition bytes pass both ways, and so does the end', async () => {
  const caller = await call();
  const text = 'x'.repeat(300_000);
  caller.socket.end(text);
  await until('the end', () => caller.ended() === 'end');
  expect(caller.heard()).toBe(text);
  await until('forgotten', () => proxy.links.length === 0);
});

test('a cut resets or ends the connections that fit, and takes new ones', async () => {
  const [first, second, third] = [await call(), await call(), await call()];
  first.socket.write('first');
  second.socket.write('second');
  third.socket.write('third');
  await until('all answered', () => third.heard() !== '' && first.heard() !== '');
  await until('all known', () => proxy.links.every(({ opening }) => opening !== ''));
  expect(proxy.cut('reset', ({ opening }) => opening === 'first')).toBe(1);
  expect(proxy.cut('end', ({ opening }) => opening === 'second')).toBe(1);
  await until('both ended', () => first.ended() !== undefined && second.ended() !== undefined);
  expect([first.ended(), second.ended(), third.ended()]).toEqual(['ECONNRESET', 'end', undefined]);
  const fourth = await call();
  fourth.socket.write('fourth');
  await until('taken', () => fourth.heard() === 'fourth');
});

test('a delay holds bytes for its time and keeps their order', async () => {
  const caller = await call();
  proxy.impose({ kind: 'delay', ms: 100 });
  const startMs = performance.now();
  for (const part of ['a', 'b', 'c']) caller.socket.write(part);
  await until('heard', () => caller.heard() === 'abc');
  expect(performance.now() - startMs).toBeGreaterThan(190);
});

test('a throttle lets so many bytes pass, and its end lets go of the rest', async () => {
  const caller = await call();
  const lift = proxy.impose({ kind: 'throttle', bytesPerS: 10_000 });
  caller.socket.write('x'.repeat(100_000));
  await delay(500);
  const heardChars = caller.heard().length;
  expect(heardChars).toBeGreaterThan(1000);
  expect(heardChars).toBeLessThan(8000);
  lift();
  await until('the rest', () => caller.heard().length === 100_000);
});

test('a throttled reader is felt as back-pressure by who writes', async () => {
  const caller = await call();
  caller.socket.write('hello');
  await until('answered', () => caller.heard() === 'hello');
  proxy.impose({ kind: 'throttle', bytesPerS: 1000 });
  const [server] = accepted;
  server!.write(Buffer.alloc(32 * 1024 * 1024));
  await delay(200);
  expect(server!.writableLength).toBeGreaterThan(1024 * 1024);
});

test('a black hole passes nothing and ends nothing; when it heals, what was held arrives', async () => {
  const [caller, leaver] = [await call(), await call()];
  const lift = proxy.impose({ kind: 'black-hole' });
  caller.socket.write('lost?');
  leaver.socket.destroy();
  await delay(150);
  expect([caller.heard(), caller.ended()]).toEqual(['', undefined]);
  expect(accepted.filter((socket) => socket.destroyed || socket.readableEnded)).toEqual([]);
  lift();
  await until('held bytes', () => caller.heard() === 'lost?');
  await until('the end is told', () => accepted.some((socket) => socket.destroyed));
});

test('a black hole also swallows new connections', async () => {
  proxy.impose({ kind: 'black-hole' });
  const caller = await call();
  caller.socket.write('anybody?');
  await delay(100);
  expect(caller.heard()).toBe('');
  proxy.heal();
  await until('answered', () => caller.heard() === 'anybody?');
});

test('discard throws away what the target sends, and only that', async () => {
  const caller = await call();
  proxy.impose({ kind: 'discard', share: 1 });
  caller.socket.write('gone');
  await delay(100);
  proxy.heal();
  caller.socket.write('kept');
  await until('heard', () => caller.heard() !== '');
  expect(caller.heard()).toBe('kept');
});

test('refuse resets new connections and leaves those that are there', async () => {
  const caller = await call();
  const lift = proxy.impose({ kind: 'refuse' });
  const refused = await call().catch(() => undefined);
  if (refused !== undefined) await until('reset', () => refused.ended() === 'ECONNRESET');
  caller.socket.write('still here');
  await until('heard', () => caller.heard() === 'still here');
  lift();
  const taken = await call();
  taken.socket.write('hello');
  await until('taken', () => taken.heard() === 'hello');
  expect(caller.ended()).toBeUndefined();
});

test('a target that is away resets who calls', async () => {
  for (const socket of accepted.splice(0)) socket.destroy();
  target.close();
  await once(target, 'close');
  const caller = await call();
  await until('reset', () => caller.ended() !== undefined);
  expect(caller.ended()).toBe('ECONNRESET');
});
