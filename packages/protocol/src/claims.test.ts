import { describe, expect, it } from 'vitest';
import { claims, mayJoin, userOfClaims } from './claims.ts';

const client = { sub: 5, role: 'client', exp: 1_900_000_000, chat_id: 42 };
const operator = { sub: 'op-7', role: 'operator', exp: 1_900_000_000 };

describe('claims', () => {
  it('of a client name its one room', () => {
    expect(claims.parse(client)).toEqual({ ...client, sub: '5', chat_id: '42' });
    expect(claims.safeParse({ ...client, chat_id: undefined }).success).toBe(false);
  });

  it('of an operator may name sources and rooms', () => {
    expect(
      claims.parse({ ...operator, sources: { widgets: [{ id: 1 }] }, chats: [1, '2'] }),
    ).toEqual({
      ...operator,
      sources: { widgets: [{ id: '1' }], departments: null },
      chats: ['1', '2'],
    });
    expect(claims.parse({ ...operator, sources: null, chats: null })).toEqual({
      ...operator,
      sources: null,
      chats: null,
    });
  });

  it.each([
    ['role', 'bot'],
    ['role', undefined],
    ['sub', ''],
    ['sub', undefined],
    ['exp', undefined],
    ['exp', '1900000000'],
    ['name', 5],
    ['chats', 'all'],
    ['sources', 'all'],
  ])('are refused with %s = %j', (field, value) => {
    expect(claims.safeParse({ ...operator, [field]: value }).success).toBe(false);
  });

  it('drop what they do not know', () => {
    expect(claims.parse({ ...operator, email: 'a@b.example', chat_id: '1' })).toEqual(operator);
  });
});

describe('userOfClaims', () => {
  it('is what a client may read, and no more', () => {
    const user = userOfClaims(
      claims.parse({ ...client, name: 'Anna', avatar_url: null, job_title: 'CFO', jti: 'x' }),
    );
    expect(user).toEqual({
      id: '5',
      role: 'client',
      name: 'Anna',
      avatar_url: null,
      job_title: 'CFO',
    });
  });
});

describe('mayJoin', () => {
  it('lets a client into its own room only', () => {
    expect(mayJoin(claims.parse(client), '42')).toBe(true);
    expect(mayJoin(claims.parse(client), '43')).toBe(false);
  });

  it.each([
    [undefined, true],
    [null, true],
    [['42'], true],
    [['43'], false],
    [[], false],
  ])('an operator with chats %j into 42: %s', (chats, may) => {
    expect(mayJoin(claims.parse({ ...operator, chats }), '42')).toBe(may);
  });
});
