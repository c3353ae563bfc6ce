import { expect, test } from 'vitest';
import { createKeys } from '../redis/keys.ts';
import { keyKinds } from './key-table.ts';

const keys = createKeys('sb:', 16);

/** The key of a kind as the code names it, its ids as people write them. */
const nameOf = {
  once: keys.once('c', 'k', ['x']),
  feed: keys.feed(3),
  feedState: keys.feedState(3),
  outbox: keys.outbox(3),
  outboxState: keys.outboxState(3),
  outboxParked: keys.outboxParked(3),
  outboxParking: keys.outboxParking(3),
  outboxDead: keys.outboxDead(3),
  nodeSessions: keys.nodeSessions(3, 'x'),
  revoked: keys.revoked('user', 'x'),
} as const;

const written = (method: (typeof keyKinds)[number]['method']): string =>
  method in nameOf
    ? nameOf[method as keyof typeof nameOf]
    : (keys[method] as (id: string) => string)('x');

test('every key and channel is in the table, and nothing else', () => {
  const methods = Object.keys(keys).filter((name) => !name.startsWith('partition'));
  expect(keyKinds.map(({ method }) => method).toSorted()).toEqual(methods.toSorted());
});

test.each(keyKinds)('$pattern is what the code names', ({ method, pattern }) => {
  const expected = pattern
    .replace('{p}', '{\\d+}')
    .replace(/<[^>]+>/gu, '[^:]+')
    .replaceAll(/[{}]/gu, (brace) => `\\${brace}`);
  expect(written(method)).toMatch(new RegExp(`^${expected}$`, 'u'));
});
