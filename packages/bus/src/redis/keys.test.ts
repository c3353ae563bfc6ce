import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { createKeys, decodeId, encodeId, type Keys } from './keys.ts';

const keys = createKeys('sb:', 16);
const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.string({ unit: fc.constantFrom(':', '{', '}', '%', '-', ' ', '\0', 'a'), minLength: 1 }),
  fc.constantFrom('-', 'x:operator', '{1}', '%', '%2D', 'state', 'feed:state', '#client'),
);
const wellFormed = hostile.filter((id) => id.isWellFormed());

const ofChat = [
  'log',
  'state',
  'messages',
  'olderMessages',
  'room',
  'members',
  'outboxParkedEvents',
] as const satisfies (keyof Keys)[];

describe('keys', () => {
  test('are what the documentation tells people to type', () => {
    const p = keys.partitionOf('chat-7');
    expect(keys.log('chat-7')).toBe(`sb:{${p}}:log:chat-7`);
    expect(keys.members('chat-7')).toBe(`sb:{${p}}:members:chat-7`);
    expect(keys.feed(3)).toBe('sb:{3}:feed');
    expect(keys.outbox(3)).toBe('sb:{3}:outbox');
    expect(keys.outboxParkedEvents(undefined)).toBe('sb:{0}:outbox-parked:-');
    expect(keys.nodes()).toBe('sb:{ctl}:nodes');
  });

  property.prop([wellFormed])(
    'encode any id so that it can be read back, with nothing in it that has a meaning',
    (id) => {
      const encoded = encodeId(id);
      expect(decodeId(encoded)).toBe(id);
      expect(encoded).not.toMatch(/[:{}\s]/u);
      expect(encoded).not.toBe('-');
    },
  );

  property.prop([wellFormed, wellFormed])('of different chats and kinds never meet', (a, b) => {
    const all = [a, b].flatMap((chat) => ofChat.map((kind) => keys[kind](chat)));
    expect(new Set(all).size).toBe(a === b ? ofChat.length : 2 * ofChat.length);
  });

  property.prop([wellFormed])('of a chat are never those of what has no chat', (id) => {
    const ofPartition = ['outbox', 'outboxState', 'outboxParked', 'outboxParking', 'outboxDead'];
    const partitions = [0, keys.partitionOf(id)];
    const others = ofPartition.flatMap((kind) =>
      partitions.map((p) => (keys[kind as keyof Keys] as (p: number) => string)(p)),
    );
    const ofId = new Set(ofChat.map((kind) => keys[kind](id)));
    const met = [...others, keys.outboxParkedEvents(undefined)].filter((key) => ofId.has(key));
    expect(met).toEqual([]);
  });

  property.prop([wellFormed, wellFormed, wellFormed])(
    'of first answers keep what visitors and backends choose apart',
    (chat, a, b) => {
      const names = [
        keys.once(chat, 'k', [a, b]),
        keys.once(chat, 'c', [a, b]),
        keys.once(chat, 'k', [`${a}:${b}`]),
      ];
      expect(new Set(names).size).toBe(3);
    },
  );

  property.prop([fc.string()])('decode anything without throwing', (text) => {
    expect(typeof decodeId(text)).toBe('string');
  });
});
