import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { closeCodes } from '../close-codes.ts';
import { errors } from '../errors.ts';
import { clientEvents } from '../frames/client-frames.ts';
import { serverEvents } from '../frames/server-frames.ts';
import { generatedFiles } from './generated-files.ts';
import { httpOperations } from './operations.ts';
import { tableNames, withTables } from './tables.ts';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const protocol = read('PROTOCOL.md');

describe('generated files', () => {
  it.each(Object.entries(generatedFiles(read)))(
    '%s is committed as the source makes it: else `pnpm asyncapi:generate`',
    (name, text) => {
      expect(read(name) === text).toBe(true);
    },
  );

  it('put right a table that was edited by hand', () => {
    expect(withTables(protocol.replace('| 4001 |', '| 4111 |'))).toBe(protocol);
  });
});

describe('PROTOCOL.md', () => {
  it.each(tableNames)('has the table %s', (name) => {
    expect(protocol).toContain(`<!-- table:${name} -->\n| `);
  });

  it.each([...clientEvents, ...serverEvents])(
    'describes %s under a heading of its own',
    (event) => {
      expect(
        protocol
          .split('\n')
          .some((line) => line.startsWith('###') && line.includes(`\`${event}\``)),
      ).toBe(true);
    },
  );

  it.each(Object.entries(httpOperations))('names the call of %s', (_id, { method, address }) => {
    expect(protocol).toContain(`${method} ${address}`);
  });

  it.each(Object.keys(closeCodes))('names the close code %s', (name) => {
    expect(protocol).toContain(`\`${name}\``);
  });

  it.each(Object.keys(errors))('names the error %s', (code) => {
    expect(protocol).toContain(`\`${code}\``);
  });

  it('refuses a table that nobody builds', () => {
    expect(() => withTables('<!-- table:nothing -->\n<!-- /table -->')).toThrow('nothing');
  });
});
