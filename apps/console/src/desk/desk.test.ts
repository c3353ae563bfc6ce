import { expect, test, vi } from 'vitest';
import { createTokenRenewal } from '../sign-in/token-renewal.ts';
import { noFilter } from './chat-list.ts';
import { openDesk } from './desk.ts';

type Heard = (event: { data?: string; code?: number }) => void;

/** Sockets as they were opened, for the test to speak through. */
const sockets: PlayedSocket[] = [];

class PlayedSocket {
  readonly url: URL;
  private readonly heard = new Map<string, Heard>();
  constructor(url: string) {
    this.url = new URL(url);
    sockets.push(this);
  }
  addEventListener(type: string, heard: Heard) {
    this.heard.set(type, heard);
  }
  send() {}
  close() {}
  tell(event: string, data: object, position?: string) {
    const logged = position === undefined ? {} : { position, event_id: `e${position}` };
    const frame = { event, ts: '2026-01-01T00:00:00Z', data, ...logged };
    this.heard.get('message')?.({ data: JSON.stringify(frame) });
  }
  welcome(resumed?: boolean) {
    const user = { id: 'grace', role: 'operator' };
    const limits = { frame_max_bytes: 65_536, typing_ttl_ms: 6_000, typing_repeat_ms: 3_000 };
    const heartbeat = { ping_after_ms: 30_000, pong_timeout_ms: 10_000 };
    const stream = { position: '0:1', ...(resumed !== undefined && { resumed }) };
    this.heard.get('open')?.({});
    this.tell('connected', { session_id: 's', user, limits, heartbeat, ...stream });
  }
  say(chatId: string, position: string) {
    const user = { id: 'ada', role: 'client' };
    const message = { id: position, chat_id: chatId, type: 'standard', text: 'hi', user };
    this.tell('messageAdded', { message }, position);
  }
  cut() {
    this.heard.get('close')?.({ code: 1006 });
  }
}

test('a desk that has lost its place tells that, and begins its list anew', async () => {
  vi.stubGlobal('document', {
    visibilityState: 'hidden',
    addEventListener() {},
    removeEventListener() {},
  });
  vi.stubGlobal('WebSocket', PlayedSocket);
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const me = { id: 'grace' };
  const desk = openDesk({ url: 'ws://edge.test', renewal: createTokenRenewal('t'), me });
  const levels = () => desk.notices.all.value.map(({ level }) => level);
  const ids = () => desk.chats.select(noFilter).map(({ id }) => id);
  const socket = (index: number) => vi.waitUntil(() => sockets[index]);
  const first = await socket(0);
  first.welcome();
  first.say('old', '0:2');
  first.say('kept', '0:3');
  first.tell('globalUpdated', { text: 'for all' }, '0:4');
  first.tell('caughtUp', { count: 2 });
  expect([ids(), levels()]).toEqual([['kept', 'old'], ['info']]);
  first.cut();
  const second = await socket(1);
  expect(second.url.searchParams.has('since')).toBe(true);
  second.welcome(false);
  expect(ids()).toEqual([]);
  expect(levels()).toEqual(['warning', 'info']);
  // What it knew comes again on another connection, which asks for the newest only.
  const third = await socket(2);
  expect([third.url.searchParams.has('since'), third.url.searchParams.has('history')]).toEqual([
    false,
    true,
  ]);
  third.welcome();
  third.say('kept', '0:3');
  third.tell('globalUpdated', { text: 'for all' }, '0:4');
  third.tell('caughtUp', { count: 1 });
  expect([ids(), levels(), desk.state.value.state]).toEqual([
    ['kept'],
    ['warning', 'info'],
    'live',
  ]);
  desk.close();
});
