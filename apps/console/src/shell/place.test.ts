import { expect, test } from 'vitest';
import { placeOf } from './place.ts';

test.each([
  ['http://127.0.0.1:7000', '/console/', 'ws://127.0.0.1:7000', 'http://127.0.0.1:7000/nodes'],
  ['https://x.example', '/a/b/console/', 'wss://x.example/a/b', 'https://x.example/a/b/nodes'],
  [
    'https://x.example',
    '/console/console/',
    'wss://x.example/console',
    'https://x.example/console/nodes',
  ],
])('a console at %s%s finds sockets and API', (origin, pathname, sockets, nodes) => {
  const place = placeOf({ origin, pathname });
  expect([place.sockets, place.api('/nodes')]).toEqual([sockets, nodes]);
});
