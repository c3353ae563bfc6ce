import { expect, test } from 'vitest';
import { parseStartOptions } from './start-options.ts';

test('without options: two edges, ports from 7000 on, a table', () => {
  expect(parseStartOptions([])).toEqual({ edges: 2, port: 7000, json: false, withBackend: false });
});

test('edges, port, json and a backend can be chosen', () => {
  const args = ['--edges', '5', '--port=8000', '--json', '--with-backend'];
  expect(parseStartOptions(args)).toEqual({ edges: 5, port: 8000, json: true, withBackend: true });
});

test.each([
  [['--edges', '0'], '--edges must be a whole number from 1 to 32, not "0"'],
  [['--port', 'x'], '--port must be a whole number from 1 to 65000, not "x"'],
  [['--prot', '1'], "Unknown option '--prot'"],
  [['--help'], 'Usage: npm start'],
])('%j is answered with what is wrong and the usage', (args, text) => {
  const result = parseStartOptions(args) as { error: string };
  expect(result.error).toContain(text);
  expect(result.error).toContain('--edges N');
});
