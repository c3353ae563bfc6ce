/** The contract's table "Who receives what", row by row. */
import { describe, expect, it } from 'vitest';
import type { MessageType, TypeRole } from '../scalars.ts';
import { audienceOf } from './audience.ts';
import { messageAdded } from './message-added.ts';
import { messageUpdated } from './message-updated.ts';
import type { SocketUser } from './projections.ts';
import { readBy, readersOf } from './read-by.ts';
import { receiptUpdated } from './receipt-updated.ts';
import { typingUpdated } from './typing-updated.ts';
import { userConnected, userDisconnected } from './user-presence.ts';

const stamp = { eventId: 'e1', ts: '2026-03-01T09:30:00.000Z' };
const visitor: SocketUser = { id: '5', role: 'client' };
const agent: SocketUser = { id: '5', role: 'operator' };

type Row = [type: MessageType, typeRole: TypeRole | undefined, readers: string[]];

const rows: Row[] = [
  ['standard', undefined, ['clients', 'operators', 'feed']],
  ['bot', undefined, ['clients', 'operators', 'feed']],
  ['note', undefined, ['operators']],
  ['system', 'client', ['clients']],
  ['system', 'operator', ['operators']],
  ['system', undefined, []],
];

describe.each(rows)('a message of type %s (%s)', (type, typeRole, readers) => {
  const message = {
    id: 'm1',
    chat_id: 'c1',
    type,
    ...(typeRole && { type_role: typeRole }),
    text: 'Hi',
  };

  it('is seen by who its type says', () => {
    const audience = audienceOf(type, typeRole);
    expect(Object.entries(audience).flatMap(([side, sees]) => (sees ? [side] : []))).toEqual(
      readers,
    );
    expect(readersOf(messageAdded(message, stamp))).toEqual(readers);
  });

  it('is updated for the same', () => {
    const update = { id: 'm1', chat_id: 'c1', text: 'Hello' };
    expect(readersOf(messageUpdated(update, { type, typeRole }, stamp))).toEqual(readers);
  });

  it('cannot be updated into another audience', () => {
    const update = {
      id: 'm1',
      chat_id: 'c1',
      text: 'Hello',
      type: 'standard' as const,
      type_role: 'client' as const,
    };
    const event = messageUpdated(update, { type, typeRole }, stamp);
    expect(readersOf(event)).toEqual(readers);
    for (const read of Object.values(readBy(event))) {
      expect(read).toMatchObject({ message: { type } });
      expect((read as { message: { type_role?: string } }).message.type_role).toBe(typeRole);
    }
  });

  it.each([visitor, agent])('is marked for the same, the feed without a position', (reader) => {
    const { logged, ephemeral } = receiptUpdated(
      { level: 'read', chatId: 'c1', reader, message: { id: 'm1', type, typeRole }, upTo: false },
      stamp,
    );
    expect(readersOf(logged)).toEqual(readers.filter((side) => side !== 'feed'));
    expect(ephemeral ? readersOf(ephemeral) : []).toEqual(
      readers.filter((side) => side === 'feed'),
    );
  });
});

describe('a receipt for a message that nobody remembers', () => {
  const receipt = { level: 'read', chatId: 'c1', message: { id: 'm1' }, upTo: false } as const;

  it('of a client is taken as standard', () => {
    const { logged, ephemeral } = receiptUpdated({ ...receipt, reader: visitor }, stamp);
    expect(readersOf(logged)).toEqual(['clients', 'operators']);
    expect(ephemeral?.feed?.to).toBe('filtered');
  });

  it('of an operator goes to operators in the room only', () => {
    const { logged, ephemeral } = receiptUpdated({ ...receipt, reader: agent }, stamp);
    expect(readersOf(logged)).toEqual(['operators']);
    expect(ephemeral).toBeUndefined();
  });
});

describe('typing', () => {
  const typing = { chatId: 'c1', isTyping: true, ttlMs: 6_000 };

  it('by a client reaches everyone but its own tabs', () => {
    const event = typingUpdated({ ...typing, user: visitor }, stamp);
    expect(readersOf(event)).toEqual(['clients', 'operators', 'feed']);
    expect(event.room?.except).toBe('client:5');
    expect(event.feed?.to).toBe('filtered');
  });

  it('by an operator reaches everyone but the operator', () => {
    const event = typingUpdated({ ...typing, user: agent }, stamp);
    expect(readersOf(event)).toEqual(['clients', 'operators', 'feed']);
    expect(event.room?.except).toBe('operator:5');
  });

  it('in private reaches no client', () => {
    expect(readersOf(typingUpdated({ ...typing, user: agent, isPrivate: true }, stamp))).toEqual([
      'operators',
      'feed',
    ]);
  });

  it('of a client is never private', () => {
    expect(readersOf(typingUpdated({ ...typing, user: visitor, isPrivate: true }, stamp))).toEqual([
      'clients',
      'operators',
      'feed',
    ]);
  });
});

describe('coming and going', () => {
  it.each([visitor, agent])('is told to the room but to oneself', (user) => {
    const events = [
      userConnected({ chatId: 'c1', user }, stamp),
      userDisconnected({ chatId: 'c1', user, reason: 'left' }, stamp),
    ];
    for (const event of events) {
      expect(readersOf(event)).toEqual(['clients', 'operators']);
      expect(event.room?.except).toBe(`${user.role}:5`);
    }
  });
});
