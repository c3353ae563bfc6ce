/** Against real servers, beside the real client: what ours is told and given is what that one is. */
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Contender } from '../../contender/contender.ts';
import { startSocketIoStreams } from '../../contender/peer.ts';
import { ReturningClient } from '../returning-client.ts';
import type { Reading } from './dialect.ts';
import { socketIoDialect } from './socket-io.ts';

const waitMs = 20_000;

let contender: Contender;
let port: number;
let real: Socket;
let ours: ReturningClient;
let realTexts: string[];
let oursTexts: string[];
let readings: Reading[];

const post = (text: string) =>
  fetch(`http://127.0.0.1:${port}/message`, {
    method: 'POST',
    body: JSON.stringify({ chat_id: 'room', text }),
  });

const bothGot = (texts: readonly string[]) =>
  vi.waitFor(() => expect([realTexts, oursTexts]).toEqual([texts, texts]), waitMs);

const bothAreIn = () =>
  vi.waitFor(() => expect([real.connected, ours.isIn]).toEqual([true, true]), waitMs);

beforeEach(async () => {
  contender = await startSocketIoStreams(new AbortController().signal);
  port = contender.rooms?.nodes[0]?.port ?? 0;
  [realTexts, oursTexts, readings] = [[], [], []];
  real = io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    auth: { room: 'room' },
    reconnection: false,
  });
  real.on('message', ({ text }: { text: string }) => realTexts.push(text));
  ours = new ReturningClient({
    dialect: socketIoDialect({ chatId: 'room', userId: 'ours' }),
    nextPort: () => port,
    returnDelayMs: () => 0,
    onIn: (reading) => readings.push(reading),
    onLost: () => {},
    onFailed: (error) => {
      throw error ?? new Error('closed');
    },
    onText: (bytes, start, end) => {
      const found = /"text":"(.*?)"/.exec(bytes.toString('latin1', start, end));
      if (found !== null) oursTexts.push(found[1] ?? '');
    },
  });
  ours.connect();
  await bothAreIn();
});

afterEach(async () => {
  ours.stop();
  real.close();
  await contender.stop();
});

const cutBoth = () => {
  real.io.engine.close();
  ours.cut(500);
};

test('a client that was cut is given its session and what it missed, as the real one is', async () => {
  await post('before');
  await bothGot(['before']);
  cutBoth();
  await post('meanwhile');
  real.connect();
  await bothAreIn();
  await bothGot(['before', 'meanwhile']);
  expect(real.recovered).toBe(true);
  expect(readings.map(({ isResumed }) => isResumed)).toEqual([undefined, true]);
});

test('a client that knows no offset yet is given a new session, as the real one is', async () => {
  cutBoth();
  await post('meanwhile');
  real.connect();
  await bothAreIn();
  await post('after');
  await bothGot(['after']);
  expect(real.recovered).toBe(false);
  expect(readings.map(({ isResumed }) => isResumed)).toEqual([undefined, false]);
});
