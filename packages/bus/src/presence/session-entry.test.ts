import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Room,
  decodeEntry,
  decodeSessions,
  decodeUserField,
  entryField,
  entryValue,
  isUserField,
  sessionToken,
  userField,
} from './session-entry.ts';

const hostile = fc.stringMatching(/^[a-z%:{}/@*# \n-]{1,12}$/u);
const room: fc.Arbitrary<Room> = fc.oneof(
  fc.constant('desk' as const),
  fc.record({ chatId: hostile }),
);

test('an entry comes back as it was written, whatever the ids are made of', () => {
  fc.assert(
    fc.property(
      room,
      hostile,
      hostile,
      fc.boolean(),
      fc.json(),
      (where, sessionId, id, announced, userJson) => {
        const field = entryField(where, sessionId);
        const entry = decodeEntry(field, entryValue(`client:${id}`, announced, userJson));
        expect(entry).toEqual({
          field,
          room: where,
          sessionId,
          user: `client:${id}`,
          userJson,
          announced,
        });
      },
    ),
  );
});

test('two different sessions never share an entry or a token', () => {
  fc.assert(
    fc.property(room, hostile, room, hostile, (roomA, a, roomB, b) => {
      const same = JSON.stringify([roomA, a]) === JSON.stringify([roomB, b]);
      expect(entryField(roomA, a) === entryField(roomB, b)).toBe(same);
      expect(sessionToken(a, b) === sessionToken(b, a)).toBe(a === b);
    }),
  );
});

test('a chat that is called like the desk is not the desk', () => {
  expect(entryField({ chatId: '*desk' }, 's')).not.toBe(entryField('desk', 's'));
});

test('a list of sessions is read in its order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(hostile, hostile, fc.nat()), { minLength: 1 }), (sessions) => {
      const list = sessions
        .map(([node, id, joinedMs]) => `${sessionToken(node, id)}/${joinedMs}`)
        .join(' ');
      expect(decodeSessions(list)).toEqual(
        sessions.map(([nodeId, sessionId, joinedMs]) => ({ nodeId, sessionId, joinedMs })),
      );
    }),
  );
});

test('a user field is told from counters, JSON and sessions, and names the user', () => {
  fc.assert(
    fc.property(hostile, (id) => {
      const field = userField(`operator:${id}`);
      expect(decodeUserField(field)).toBe(`operator:${id}`);
      expect(isUserField(field)).toBe(true);
      expect(isUserField(`json:${field}`)).toBe(false);
    }),
  );
  expect(['#client', '#operator', 'session:n/s'].some(isUserField)).toBe(false);
});

test('what is no entry is not taken for one', () => {
  expect(decodeEntry('#dead', '1753000000000')).toBeUndefined();
  expect(decodeEntry('s@chat', 'nonsense')).toBeUndefined();
});
