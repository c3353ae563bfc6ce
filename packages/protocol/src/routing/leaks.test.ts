/** Nothing that a client may not read ever reaches a client's frame, whatever the input. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { messageBody } from '../http/message-bodies.ts';
import { notificationBody } from '../http/update-bodies.ts';
import { messageTypes, typeRoles } from '../scalars.ts';
import { chatNotification, chatUpdated } from './desk-events.ts';
import { messageAdded } from './message-added.ts';
import { messageUpdated } from './message-updated.ts';
import type { SocketUser } from './projections.ts';
import { readBy } from './read-by.ts';
import { receiptUpdated } from './receipt-updated.ts';
import type { RoutedEvent } from './routed-event.ts';
import { typingUpdated } from './typing-updated.ts';
import { userConnected, userDisconnected } from './user-presence.ts';

const SECRET = 'not-for-clients';
const stamp = { eventId: 'e1', ts: '2026-03-01T09:30:00.000Z' };

const secret = fc.constantFrom<unknown>(SECRET, { a: SECRET }, [SECRET]);
const secretFields = fc.dictionary(
  fc.oneof(
    fc.constantFrom('tier', 'notes', 'toString', 'phone2', 'user', '__proto__'),
    fc.string({ maxLength: 5 }),
  ),
  secret,
  { maxKeys: 4 },
);
const text = fc.constantFrom(SECRET, null, undefined);

/** A user with everything a backend may put into one; what clients may read is harmless. */
const backendUser = fc
  .tuple(
    secretFields,
    fc.record({
      id: fc.oneof(fc.nat(), fc.constant('u1')),
      role: fc.constantFrom('client', 'operator', 'bot', 'system'),
      name: fc.constantFrom('Anna', null),
      avatar_url: fc.constantFrom('https://a.example', null),
      job_title: fc.constantFrom('Agent', null),
      email: text,
      phone: text,
      external_id: text,
      meta: fc.constantFrom({ a: SECRET }, [], null),
    }),
  )
  .map(([more, known]) => ({ ...more, ...known }));

const socketUser = fc
  .tuple(backendUser, fc.constantFrom('client', 'operator'))
  .map(([user, role]) => ({ ...user, id: String(user.id), role }) as unknown as SocketUser);

const chat = fc
  .tuple(
    secretFields,
    fc.record(
      {
        client_user: backendUser,
        operator_user: backendUser,
        closed_by: backendUser,
        subject: text,
        meta: fc.constant({ a: SECRET }),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([more, known]) => ({ ...more, ...known, id: 'c1' }));

const typed = fc.constantFrom(
  ...messageTypes.flatMap((type): object[] =>
    type === 'system' ? typeRoles.map((type_role) => ({ type, type_role })) : [{ type }],
  ),
);

const body = fc
  .tuple(
    typed,
    fc.record(
      {
        user: backendUser,
        by: backendUser,
        operator_users: fc.array(backendUser, { maxLength: 2 }),
        chat,
      },
      { requiredKeys: [] },
    ),
    fc.option(fc.tuple(backendUser, backendUser, chat)),
  )
  .map(([type, known, quote]) => ({
    id: 'm1',
    chat_id: 'c1',
    text: 'Hello',
    ...type,
    ...known,
    ...(quote && {
      reply_to: { id: 'm0', user: quote[0], chat: quote[2], reply_to: { id: 'm', user: quote[1] } },
    }),
  }));

function expectNoLeak(event: RoutedEvent) {
  expect(JSON.stringify(readBy(event).clients ?? {})).not.toContain(SECRET);
  if (event.room?.audience === 'clients') expect(event.room.data).not.toContain(SECRET);
}

describe('no client reads', () => {
  test.prop([body], { numRuns: 300 })(
    'more of a user than its public fields in a message or its update',
    (input) => {
      const message = messageBody.parse(input);
      expectNoLeak(messageAdded(message, stamp));
      expectNoLeak(
        messageUpdated(message, { type: message.type, typeRole: message.type_role }, stamp),
      );
    },
  );

  test.prop([body])(
    'a message, an update or a receipt that its type keeps from clients',
    (input) => {
      const message = messageBody.parse(input);
      const known = { type: message.type, typeRole: message.type_role };
      const { logged } = receiptUpdated(
        {
          level: 'read',
          chatId: 'c1',
          reader: { id: '7', role: 'operator' },
          message: { id: 'm1', ...known },
          upTo: false,
        },
        stamp,
      );
      const mayRead =
        message.type === 'standard' || message.type === 'bot' || message.type_role === 'client';
      for (const event of [
        messageAdded(message, stamp),
        messageUpdated(message, known, stamp),
        logged,
      ]) {
        expect('clients' in readBy(event)).toBe(mayRead);
      }
    },
  );

  test.prop([socketUser, fc.boolean(), fc.boolean(), fc.constantFrom('read', 'delivered')])(
    'more of a user who types, reads, comes or goes',
    (user, isPrivate, upTo, level) => {
      const message = { id: 'm1', type: 'standard' as const };
      expectNoLeak(
        typingUpdated(
          { chatId: 'c1', user, isTyping: true, isPrivate, preview: SECRET, ttlMs: 1 },
          stamp,
        ),
      );
      expectNoLeak(userConnected({ chatId: 'c1', user }, stamp));
      expectNoLeak(userDisconnected({ chatId: 'c1', user, reason: 'left' }, stamp));
      expectNoLeak(
        receiptUpdated(
          {
            level,
            chatId: 'c1',
            reader: user,
            message,
            upTo,
            newestFor: { clients: 'm0', operators: 'm1' },
          },
          stamp,
        ).logged,
      );
      expectNoLeak(
        receiptUpdated(
          { level, chatId: 'c1', reader: user, message, upTo: true, newestFor: { clients: 'm0' } },
          stamp,
        ).logged,
      );
    },
  );

  test.prop([chat, backendUser])(
    'what is internal of a chat, trimmed copy or not',
    (input, operator_user) => {
      const parsed = notificationBody.parse({ ...input, subject: null, operator_user });
      expectNoLeak(chatUpdated(parsed, stamp, { clientsCopy: true }));
      expect(chatUpdated(parsed, stamp).room).toBeUndefined();
      expect(chatNotification(parsed, stamp).room).toBeUndefined();
    },
  );
});
