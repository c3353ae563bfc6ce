import { describe, expect, test } from 'vitest';
import { parseTopology, topologyProblem } from './topology.ts';

describe('a Redis URL', () => {
  test.each([
    [
      'redis://127.0.0.1:6379',
      { kind: 'standalone', address: { host: '127.0.0.1', port: 6379 }, db: 0, tls: false },
    ],
    [
      'rediss://u:p%40ss@redis.internal/3',
      {
        kind: 'standalone',
        address: { host: 'redis.internal', port: 6379 },
        db: 3,
        tls: true,
        username: 'u',
        password: 'p@ss',
      },
    ],
    [
      'redis://:secret@[::1]:7000',
      {
        kind: 'standalone',
        address: { host: '::1', port: 7000 },
        db: 0,
        tls: false,
        password: 'secret',
      },
    ],
    [
      'redis+sentinel://a,b:26380/main',
      {
        kind: 'sentinel',
        sentinels: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 26_380 },
        ],
        master: 'main',
        db: 0,
        tls: false,
      },
    ],
    [
      'rediss+cluster://u:p@a:1,b:2',
      {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
        tls: true,
        username: 'u',
        password: 'p',
      },
    ],
  ])('%s is understood', (url, topology) => {
    expect(parseTopology(url)).toEqual(topology);
    expect(topologyProblem(url)).toBeUndefined();
  });

  test.each([
    ['http://127.0.0.1', /redis:\/\/host:port/u],
    ['redis://a:1,b:2', /several hosts/u],
    ['redis://a:99999', /no host and port/u],
    ['redis://a/x', /no database number/u],
    ['redis+sentinel://a:1', /master's name/u],
    ['', /redis:\/\//u],
  ])('%s is refused with its reason', (url, reason) => {
    expect(topologyProblem(url)).toMatch(reason);
  });

  test('that is refused does not give its password away', () => {
    expect(topologyProblem('redis://u:hunter2@a:99999')).not.toContain('hunter2');
    expect(topologyProblem('redis://:hunter2/3@a')).not.toContain('hunter2');
  });
});
