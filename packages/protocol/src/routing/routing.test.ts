import { describe, expect, it } from 'vitest';
import { serverData } from '../frames/server-frames.ts';
import {
  chatNotification,
  chatUpdated,
  globalUpdated,
  operatorConnected,
  operatorDisconnected,
  operatorUpdated,
} from './desk-events.ts';
import { messageAdded, sentMessage } from './message-added.ts';
import { messageUpdated } from './message-updated.ts';
import type { SocketUser } from './projections.ts';
import { readBy } from './read-by.ts';
import { type Receipt, receiptUnchanged, receiptUpdated } from './receipt-updated.ts';
import { typingUpdated } from './typing-updated.ts';
import { userConnected, userDisconnected } from './user-presence.ts';

const ts = '2026-03-01T09:30:00.000Z';
const stamp = { eventId: 'e1', ts };
const visitor: SocketUser = { id: '5', role: 'client', name: 'Anna', email: 'anna@example.com' };
const agent: SocketUser = { id: '7', role: 'operator', name: 'Ben', phone: '+1' };
const message = { id: 'm1', chat_id: 'c1', type: 'standard' as const, text: 'Hi' };

describe('messageAdded', () => {
  it('tells all sides the same bytes when there is nothing to hide', () => {
    const { room, feed } = messageAdded(
      { ...message, user: { id: '5', role: 'client', name: 'Anna' } },
      stamp,
    );
    expect(room).not.toHaveProperty('clientsData');
    expect(feed?.data).toBe(room?.data);
  });

  it('hides from clients what is not theirs, in the quoted message too', () => {
    const quoted = {
      id: 'm0',
      text: 'Before',
      user: agent,
      by: agent,
      reply_to: { user: visitor },
    };
    const read = readBy(
      messageAdded({ ...message, user: visitor, reply_to: quoted, mood: 1 }, stamp),
    );
    const publicAgent = { id: '7', role: 'operator', name: 'Ben' };
    const publicVisitor = { id: '5', role: 'client', name: 'Anna' };
    expect(read.operators).toMatchObject({
      message: { user: visitor, reply_to: { user: agent }, mood: 1 },
    });
    expect(read.clients).toEqual({
      message: {
        ...message,
        user: publicVisitor,
        reply_to: {
          id: 'm0',
          text: 'Before',
          user: publicAgent,
          by: publicAgent,
          reply_to: { user: publicVisitor },
        },
        mood: 1,
        created_at: ts,
      },
    });
    expect(read.feed).toEqual(read.operators);
  });

  it("keeps the backend's time and stamps a missing one", () => {
    const created_at = '2026-02-01T00:00:00.000Z';
    expect(readBy(messageAdded({ ...message, created_at }, stamp)).clients).toMatchObject({
      message: { created_at },
    });
    expect(readBy(messageAdded({ ...message, created_at: null }, stamp)).clients).toMatchObject({
      message: { created_at: ts },
    });
  });

  it('leaves the chat to data.chat of the feed', () => {
    const event = messageAdded({ ...message, chat: { id: 'c1', client_user: visitor } }, stamp);
    expect(event.feed?.joinChat).toBe(true);
    for (const read of Object.values(readBy(event)))
      expect(JSON.stringify(read)).not.toContain('"chat"');
  });

  it('of a deleted message has no text and no attachments', () => {
    const attachments = [{ type: 'file', url: 'https://a.example' }];
    const read = readBy(messageAdded({ ...message, attachments, deleted_at: ts }, stamp));
    expect(read.clients).toEqual({
      message: { ...message, text: null, attachments: [], deleted_at: ts, created_at: ts },
    });
    expect(read.feed).toEqual(read.clients);
  });
});

describe('sentMessage', () => {
  const sent = { messageId: 'm1', chatId: 'c1', user: visitor, ts, clientMessageId: 'k1' };

  it('is what the sender asked for, by the user and at the time that we know', () => {
    const data = {
      text: 'Hi',
      reply_to: '4',
      type: null,
      meta: null,
      attachments: [],
      format: 'plain',
    };
    expect(sentMessage(data, sent)).toEqual({
      id: 'm1',
      chat_id: 'c1',
      type: 'standard',
      user: visitor,
      client_message_id: 'k1',
      text: 'Hi',
      format: 'plain',
      attachments: [],
      reply_to: { id: '4' },
      status: 'sent',
      created_at: ts,
    });
  });

  it('may be a note', () => {
    expect(sentMessage({ text: 'Hi', type: 'note' }, { ...sent, user: agent }).type).toBe('note');
  });
});

describe('messageUpdated', () => {
  const update = { id: 'm1', chat_id: 'c1' };
  const standard = { type: 'standard' as const };
  const read = (
    fields: object,
    known: { type: 'standard' | 'system'; typeRole?: 'client' } = standard,
  ) => readBy(messageUpdated({ ...update, ...fields }, known, stamp)).clients;

  it('names the changed fields, but no ids, types and context', () => {
    const fields = {
      status: 'read',
      read_at: ts,
      type: 'standard',
      type_role: null,
      updated_at: ts,
      chat: { id: 'c1' },
      user: null,
    };
    expect(read(fields)).toEqual({
      message: {
        ...update,
        type: 'standard',
        status: 'read',
        read_at: ts,
        user: null,
        updated_at: ts,
      },
      changed: ['status', 'read_at', 'user'],
    });
  });

  it('stamps updated_at, and edited_at of an edit', () => {
    expect(read({ text: 'Hello' })).toEqual({
      message: { ...update, type: 'standard', text: 'Hello', edited_at: ts, updated_at: ts },
      changed: ['text'],
    });
    const backend = '2026-02-01T00:00:00.000Z';
    expect(read({ text: 'Hello', edited_at: backend, updated_at: backend })).toMatchObject({
      message: { edited_at: backend, updated_at: backend },
      changed: ['text', 'edited_at'],
    });
    expect(read({ language: 'de' })).not.toHaveProperty('message.edited_at');
  });

  it('of a deletion tells that text and attachments are gone', () => {
    expect(read({ deleted_at: ts, text: 'secret' })).toEqual({
      message: {
        ...update,
        type: 'standard',
        deleted_at: ts,
        text: null,
        attachments: [],
        updated_at: ts,
      },
      changed: ['deleted_at', 'text', 'attachments'],
    });
  });

  it('says the role of a system message', () => {
    expect(read({ text: 'x' }, { type: 'system', typeRole: 'client' })).toMatchObject({
      message: { type: 'system', type_role: 'client' },
    });
  });

  it('has no joined chat', () => {
    expect(messageUpdated(update, standard, stamp).feed).not.toHaveProperty('joinChat');
  });
});

describe('receiptUpdated', () => {
  const receipt: Receipt = {
    level: 'read',
    chatId: 'c1',
    reader: agent,
    message: { id: 'm9', type: 'standard' },
    upTo: false,
  };

  it('is a messageUpdated by the reader, one event under two heads', () => {
    const { logged, ephemeral } = receiptUpdated(receipt, stamp);
    const told = {
      message: {
        id: 'm9',
        chat_id: 'c1',
        type: 'standard',
        updated_at: ts,
        status: 'read',
        read_at: ts,
      },
      changed: ['status', 'read_at'],
    };
    expect(readBy(logged)).toEqual({
      clients: { ...told, by: { id: '7', role: 'operator', name: 'Ben' } },
      operators: { ...told, by: agent },
    });
    expect(ephemeral && readBy(ephemeral)).toEqual({ feed: { ...told, by: agent } });
    expect(ephemeral).toMatchObject({
      event: 'messageUpdated',
      eventId: logged.eventId,
      ts,
      chatId: 'c1',
    });
  });

  it('of a delivery says so', () => {
    const { logged } = receiptUpdated({ ...receipt, level: 'delivered' }, stamp);
    expect(readBy(logged).clients).toMatchObject({
      message: { status: 'delivered', delivered_at: ts },
      changed: ['status', 'delivered_at'],
    });
  });

  it('up to a note tells clients the message before it', () => {
    const note = { id: 'm9', type: 'note' as const };
    const newestFor = { clients: 'm7', operators: 'm9', feed: 'm7' };
    const { logged, ephemeral } = receiptUpdated(
      { ...receipt, message: note, upTo: true, newestFor },
      stamp,
    );
    expect(readBy(logged)).toMatchObject({
      clients: { message: { id: 'm7' }, up_to: true },
      operators: { message: { id: 'm9', type: 'note' }, up_to: true },
    });
    expect(logged.room?.clientsData).not.toContain('note');
    expect(ephemeral?.feed?.data).toContain('"m7"');
    expect(ephemeral?.feed?.data).not.toContain('m9');
  });

  it('up to a message with nothing visible before it tells that side nothing', () => {
    const { logged, ephemeral } = receiptUpdated(
      { ...receipt, upTo: true, newestFor: { operators: 'm9' } },
      stamp,
    );
    expect(Object.keys(readBy(logged))).toEqual(['operators']);
    expect(ephemeral).toBeUndefined();
    const onlyClients = receiptUpdated(
      { ...receipt, upTo: true, newestFor: { clients: 'm9' } },
      stamp,
    );
    expect(Object.keys(readBy(onlyClients.logged))).toEqual(['clients']);
    expect(onlyClients.logged.room?.data).not.toContain('phone');
  });

  it('that changes nothing has an answer for its sender', () => {
    expect(receiptUnchanged({ ...receipt, reader: visitor, upTo: true }, ts)).toEqual({
      message: { id: 'm9', chat_id: 'c1', type: 'standard', updated_at: ts },
      changed: [],
      by: { id: '5', role: 'client', name: 'Anna' },
      up_to: true,
    });
    expect(receiptUnchanged({ ...receipt, message: { id: 'm9' } }, ts)).not.toHaveProperty(
      'message.type',
    );
  });
});

describe('typingUpdated', () => {
  const typing = { chatId: 'c1', user: visitor, isTyping: true, preview: 'He', ttlMs: 6_000 };

  it('shows a preview to operators in the room only', () => {
    const common = { chat_id: 'c1', is_typing: true, expires_in_ms: 6_000 };
    expect(readBy(typingUpdated(typing, stamp))).toEqual({
      clients: { ...common, user: { id: '5', role: 'client', name: 'Anna' } },
      operators: { ...common, user: visitor, preview: 'He' },
      feed: { ...common, user: visitor },
    });
  });

  it('shows no preview of an operator, and none when typing has ended', () => {
    expect(JSON.stringify(typingUpdated({ ...typing, user: agent }, stamp))).not.toContain(
      'preview',
    );
    const ended = typingUpdated({ ...typing, isTyping: false }, stamp);
    expect(JSON.stringify(ended)).not.toContain('preview');
    expect(readBy(ended).clients).toMatchObject({ is_typing: false, expires_in_ms: 0 });
  });

  it('says that it is private', () => {
    expect(
      readBy(typingUpdated({ ...typing, user: agent, isPrivate: true }, stamp)).operators,
    ).toMatchObject({ is_private: true });
  });
});

describe('events for /broadcast', () => {
  const chat = {
    id: 'c1',
    client_user: { id: '5' },
    operator_user: { id: '7', email: 'b@example.com' },
    operator_users: [{ id: '7', role: 'bot' as const }],
  };
  const shown = {
    id: 'c1',
    client_user: { id: '5', role: 'client' },
    operator_user: { id: '7', email: 'b@example.com', role: 'operator' },
    operator_users: [{ id: '7', role: 'bot' }],
  };

  it('chatUpdated is filtered and fills in roles', () => {
    const event = chatUpdated(chat, stamp);
    expect(readBy(event)).toEqual({ feed: { chat: shown } });
    expect(event).toMatchObject({ chatId: 'c1', feed: { to: 'filtered' } });
    expect(event.feed).not.toHaveProperty('joinChat');
  });

  it('chatUpdated gives clients a trimmed copy when asked to', () => {
    const internal = {
      tags: ['vip'],
      meta: { margin: 1 },
      last_message: { id: 'm1', type: 'note' as const, text: 'rude' },
      unread: { client: 1 },
      x: 1,
    };
    const widget = { id: 'w1', name: 'Web', secret: 1 };
    const { clients } = readBy(
      chatUpdated({ ...chat, ...internal, status: 'open', widget, department: null }, stamp, {
        clientsCopy: true,
      }),
    );
    expect(clients).toEqual({
      chat: {
        id: 'c1',
        status: 'open',
        client_user: { id: '5' },
        operator_user: { id: '7' },
        widget: { id: 'w1', name: 'Web' },
        department: null,
      },
    });
  });

  it('chatNotification goes to the assigned operator, its notification beside the chat', () => {
    const event = chatNotification({ ...chat, notification: { kind: 'sla' } }, stamp);
    expect(event.feed?.to).toEqual({ operatorId: '7' });
    expect(readBy(event)).toEqual({ feed: { chat: shown, notification: { kind: 'sla' } } });
    expect(readBy(chatNotification(chat, stamp))).toEqual({ feed: { chat: shown } });
  });

  it('operators and global data go to all, without a chat', () => {
    const body = { maintenance: true, list: [] };
    const events = [
      operatorUpdated({ id: '7', status: 'away' }, stamp),
      globalUpdated(body, stamp),
      operatorConnected({ id: '7' }, stamp),
      operatorDisconnected({ id: '7' }, stamp),
    ];
    for (const event of events) {
      expect(event.feed?.to).toBe('all');
      expect(event).not.toHaveProperty('chatId');
      expect(event).not.toHaveProperty('room');
    }
    expect(events.map((event) => readBy(event).feed)).toEqual([
      { operator: { id: '7', status: 'away' } },
      body,
      { operator_user: { id: '7', role: 'operator' } },
      { operator_user: { id: '7', role: 'operator' } },
    ]);
  });
});

describe('every payload', () => {
  const receipt = receiptUpdated(
    { level: 'read', chatId: 'c1', reader: visitor, message: { id: 'm1' }, upTo: true },
    stamp,
  );
  const events = [
    messageAdded({ ...message, user: visitor }, stamp),
    messageUpdated({ id: 'm1', chat_id: 'c1', text: 'x' }, { type: 'bot' }, stamp),
    receipt.logged,
    typingUpdated({ chatId: 'c1', user: visitor, isTyping: true, preview: 'x', ttlMs: 1 }, stamp),
    userConnected({ chatId: 'c1', user: agent }, stamp),
    userDisconnected({ chatId: 'c1', user: agent, reason: 'timeout' }, stamp),
    chatUpdated({ id: 'c1', client_user: { id: '5' } }, stamp, { clientsCopy: true }),
    chatNotification({ id: 'c1', operator_user: { id: '7' }, notification: {} }, stamp),
    operatorUpdated({ id: '7' }, stamp),
    globalUpdated({ any: 1 }, stamp),
    operatorConnected({ id: '7' }, stamp),
    operatorDisconnected({ id: '7' }, stamp),
  ];

  it.each(events.map((event) => [event.event, event] as const))(
    'of %s is as its schema says, nothing more',
    (name, event) => {
      const sides = Object.values(readBy(event));
      expect(sides.length).toBeGreaterThan(0);
      for (const data of sides)
        expect(serverData[name as 'messageAdded'].parse(data)).toEqual(data);
    },
  );
});
