/** One socket at a time, whatever its platform tells and when. */
import { expect, test } from 'vitest';
import { createSocket } from './socket.ts';

type Listener = (event: object) => void;

class FakeSocket {
  static readonly all: FakeSocket[] = [];
  readonly closedWith: unknown[] = [];
  private readonly listeners = new Map<string, Listener>();

  constructor() {
    FakeSocket.all.push(this);
  }

  addEventListener(type: string, listener: Listener): void {
    this.listeners.set(type, listener);
  }

  send(): void {
    throw new Error('nothing is sent here');
  }

  close(code: number): void {
    this.closedWith.push(code);
  }

  tell(type: string, event: object = {}): void {
    this.listeners.get(type)?.(event);
  }
}

const start = () => {
  const heard: unknown[] = [];
  const socket = createSocket(FakeSocket, {
    frame: (text) => heard.push(text),
    closed: (code, wasOpen) => heard.push([code, wasOpen]),
    failed: (error) => heard.push(String(error)),
  });
  const open = () => {
    socket.open(() => 'ws://a.example', 'token');
    return FakeSocket.all.at(-1)!;
  };
  return { heard, open, socket };
};

test('frames and the end of a socket are told, once', () => {
  const { heard, open } = start();
  const one = open();
  one.tell('open');
  one.tell('message', { data: 'text' });
  one.tell('message', { data: new ArrayBuffer(1) });
  one.tell('error');
  one.tell('close', { code: 4001 });
  one.tell('close', { code: 1006 });
  one.tell('message', { data: 'late' });
  expect(heard).toEqual(['text', [4001, true]]);
});

test('a socket that never opened has ended with its error, also where no close follows', () => {
  const { heard, open } = start();
  const one = open();
  one.tell('error');
  one.tell('close', { code: 1006 });
  expect(heard).toEqual([[1006, false]]);
});

test('what was left is not heard of, also when it ends after another one has begun', () => {
  const { heard, open, socket } = start();
  const left = open();
  left.tell('open');
  socket.leave(4008);
  const next = open();
  left.tell('message', { data: 'late' });
  left.tell('close', { code: 1006 });
  next.tell('open');
  next.tell('close', { code: 1001 });
  expect([left.closedWith, heard]).toEqual([[4008], [[1001, true]]]);
});

test('an address that cannot be had is an attempt that failed', () => {
  const { heard, socket } = start();
  socket.open(() => {
    throw new Error('no edge');
  }, 'token');
  expect(heard).toEqual(['Error: no edge', [1006, false]]);
});
