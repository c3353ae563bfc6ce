import { describe, expect, it } from 'vitest';
import { openFilesMax, parseOpenFiles, socketsWithin } from './open-files.ts';

const limits = (
  soft: string,
) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             96000                96000                processes
Max open files            ${soft.padEnd(20)} 1048576              files
Max locked memory         8388608              8388608              bytes
`;

describe('the limit of open files', () => {
  it('is the soft one', () => {
    expect(parseOpenFiles(limits('1024'))).toBe(1_024);
    expect(parseOpenFiles(limits('unlimited'))).toBe(Infinity);
    expect(parseOpenFiles('')).toBe(Infinity);
    expect(openFilesMax()).toBeGreaterThan(64);
  });

  it.each([
    [1_024, 100_000, 960],
    [1_024, 959, 959],
    [100_000, 100_000, 93_750],
    [1_048_576, 100_000, 100_000],
    [Infinity, 100_000, 100_000],
    [64, 100_000, 1],
  ])('of %d leaves of %d sockets %d', (filesMax, socketsMax, expected) => {
    expect(socketsWithin(filesMax, socketsMax)).toBe(expected);
  });
});
