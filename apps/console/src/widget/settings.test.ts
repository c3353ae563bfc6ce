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

test('takes the token of the tag as it is, or the function that gives it', () => {
  expect(readSettings(script({ token: 't' })).token).toBe('t');
  const token = () => 'u';
  expect(readSettings(script({}), { token }).token).toBe(token);
});

test('says what is missing', () => {
  expect(() => readSettings(script({}))).toThrow('data-token-url');
});
