import { expect, test } from 'vitest';
import { socketUrl } from './socket-url.ts';

test.each([
  ['wss://a.example', 'wss://a.example/chat?chat_id=c+1%2F%26'],
  ['https://a.example/support/', 'wss://a.example/support/chat?chat_id=c+1%2F%26'],
  ['http://127.0.0.1:7001', 'ws://127.0.0.1:7001/chat?chat_id=c+1%2F%26'],
  ['ws://a.example/?tenant=5', 'ws://a.example/chat?tenant=5&chat_id=c+1%2F%26'],
])('%s', (base, url) => {
  expect(socketUrl(base, '/chat', { chat_id: 'c 1/&', since: undefined })).toBe(url);
});

test('what is no URL is told', () => {
  expect(() => socketUrl('chat.example', '/chat', {})).toThrow(TypeError);
});
