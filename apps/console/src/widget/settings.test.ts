import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

const script = (data: Record<string, string>) => ({
  src: 'https://chat.example/support/console/widget.js?x',
  dataset: data as DOMStringMap,
});

test('finds the cluster where the script comes from, its path prefix too', () => {
  expect(readSettings(script({ token: 't' })).url).toBe('https://chat.example/support');
  expect(readSettings(script({ token: 't', url: 'wss://y' })).url).toBe('wss://y');
});

test('takes the token of the tag, or that of the function', async () => {
  expect(await readSettings(script({ token: 't' })).token('connect')).toBe('t');
  const own = readSettings(script({}), { token: (reason) => reason });
  expect(await own.token('expired')).toBe('expired');
});

test('says what is missing', () => {
  expect(() => readSettings(script({}))).toThrow('data-token-url');
});
