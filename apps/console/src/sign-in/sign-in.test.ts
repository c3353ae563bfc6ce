import { describe, expect, test } from 'vitest';
import { readClaims } from './claims.ts';
import { edgeUrls } from './edge-urls.ts';
import { readHandOver, writeHandOver } from './hand-over.ts';
import { createTokenRenewal } from './token-renewal.ts';
import { openVault } from './vault.ts';

const tokenOf = (claims: object) =>
  ['x', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'x'].join('.');

describe('a hand-over', () => {
  test('comes out of a fragment as it was written', () => {
    const credentials = {
      operator: 'a.b-c.d_e',
      operatorEdge: 'ws://127.0.0.1:7002',
      apiToken: 't&=',
    };
    expect(readHandOver(writeHandOver(credentials, 'desk'))).toEqual({ credentials, view: 'desk' });
  });

  test.each(['', '#', '#/desk', '#/chat/c1?x=1'])('is none in %s', (fragment) => {
    expect(readHandOver(fragment)).toBeUndefined();
  });
});

test('a list of edges is tried in turn, again and again', () => {
  const next = edgeUrls('ws://a,ws://b');
  expect([next(), next(), next()]).toEqual(['ws://a', 'ws://b', 'ws://a']);
  expect(edgeUrls('ws://a')()).toBe('ws://a');
});

describe('claims', () => {
  test('are read out of a token, names in any script too', () => {
    const claims = { sub: '1', role: 'operator', name: 'Zoë 東京' };
    expect(readClaims(` ${tokenOf(claims)}\n`)).toEqual(claims);
  });

  test.each(['', 'x', 'a.b.c', tokenOf({ sub: 1, role: 'operator' }), tokenOf({ sub: '1' })])(
    'there are none in %j',
    (token) => expect(readClaims(token)).toBeUndefined(),
  );
});

test('the vault keeps what it is given for the next page of the tab, and forgets it when it is emptied', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  openVault(storage).keep({ operator: 'o' });
  const vault = openVault(storage);
  vault.keep({ apiToken: 't' });
  expect(openVault(storage).credentials.value).toEqual({ operator: 'o', apiToken: 't' });
  vault.empty();
  expect(kept.size).toBe(0);
});

test('an address goes with its token, and none comes without one', () => {
  const storage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  const vault = openVault(storage);
  const known = { operator: 'o', operatorEdge: 'ws://o', visitor: 'v', visitorEdge: 'ws://v' };
  vault.keep(known);
  vault.keep({ operatorEdge: 'ws://elsewhere', visitorEdge: 'ws://elsewhere', apiToken: 't' });
  expect(vault.credentials.value).toEqual({ ...known, apiToken: 't' });
  vault.keep({ operator: 'other' });
  vault.keep({ visitor: 'other', visitorEdge: 'ws://other' });
  expect(vault.credentials.value).toEqual({
    operator: 'other',
    visitor: 'other',
    visitorEdge: 'ws://other',
    apiToken: 't',
  });
});

test('one new token answers all connections that wait for one, and those that come later', async () => {
  const renewal = createTokenRenewal('first');
  expect(renewal.provide('connect')).toBe('first');
  const waiting = Promise.all([
    Promise.resolve(renewal.provide('expiring')),
    Promise.resolve(renewal.provide('expired')),
  ]);
  expect(renewal.wanted.value).toBe('expired');
  renewal.give('second');
  expect(await waiting).toEqual(['second', 'second']);
  expect(renewal.wanted.value).toBeUndefined();
  expect(renewal.provide('connect')).toBe('second');
});

test('a token that has not ended is given again when connects fail, and nobody has to answer first', async () => {
  const alive = tokenOf({ sub: '1', role: 'operator', exp: Date.now() / 1000 + 60 });
  const renewal = createTokenRenewal(alive);
  expect(renewal.provide('expired')).toBe(alive);
  expect(renewal.wanted.value).toBe('doubted');
  renewal.taken();
  expect(renewal.wanted.value).toBeUndefined();
  const ended = createTokenRenewal(tokenOf({ sub: '1', role: 'operator', exp: 1 }));
  const answer = ended.provide('expired');
  ended.taken();
  expect(ended.wanted.value).toBe('expired');
  ended.give(alive);
  expect(await answer).toBe(alive);
});
