import { expect, test } from 'vitest';
import { parseResident } from './memory.ts';

test('memory of a process is what it does not share with files', () => {
  const status =
    'VmRSS:\t  9000 kB\nRssAnon:\t  5000 kB\nRssFile:\t  3000 kB\nRssShmem:\t  1000 kB\n';
  expect(parseResident(status)).toBe(6000 * 1024);
});
