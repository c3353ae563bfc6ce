/**
 * 10 000 messages in 50 rooms over two edges, from visitors, operators and the backend at the same time:
 * complete, once and in one order at every member and at the desk.
 */
import { describe, expect, test } from 'vitest';
import type { Player } from './cast.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage();
const { backend, cast } = stage;

const rooms = 50;
/** What each of the three says in each room: 200 a room. */
const shares = { visitor: 70, operator: 70, backend: 60 };
/** Messages of one socket that are under way at a time. */
const windowMessages = 5;

interface Room {
  chatId: string;
  visitor: Player;
  operator: Player;
}

const openRoom = async (index: number): Promise<Room> => {
  const chatId = stage.name('chat');
  const [visitor, operator] = await Promise.all([
    cast.visitor(chatId, { edge: index % 2 }),
    cast.operator(chatId, { edge: (index + 1) % 2 }),
  ]);
  return { chatId, visitor, operator };
};

const numbered = (who: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${who} ${index}`);

/** Says all texts over the socket; each was accepted when this resolves. */
const talk = async (player: Player, texts: readonly string[]): Promise<void> => {
  for (let start = 0; start < texts.length; start += windowMessages) {
    const said = texts.slice(start, start + windowMessages);
    for (const text of said) player.sendFrame('sendMessage', { text }, text);
    await Promise.all(said.map((text) => player.next(({ request_id }) => request_id === text)));
  }
};

/** Each call is made when the one before it was answered: then they are in this order for everybody. */
const post = async (chatId: string, texts: readonly string[]): Promise<void> => {
  for (const text of texts) await backend.say(chatId, { id: text, text });
};

const everybodyTalks = ({ chatId, visitor, operator }: Room): Promise<unknown> =>
  Promise.all([
    talk(visitor, numbered('visitor', shares.visitor)),
    talk(operator, numbered('operator', shares.operator)),
    post(chatId, numbered('backend', shares.backend)),
  ]);

/** Texts of the chat, and where the log has them, in the order of arrival. */
const heard = (player: Player, chatId: string): { texts: string[]; positions: string[] } => {
  const frames = player.all(({ event, chat_id }) => event === 'messageAdded' && chat_id === chatId);
  return {
    texts: frames.map(({ data }) => data.message.text),
    positions: frames.map(({ position }) => position ?? 'none'),
  };
};

const saidBy = (who: string, texts: readonly string[]): string[] =>
  texts.filter((text) => text.startsWith(`${who} `));

describe('a conversation of 10 000 messages', () => {
  test('arrives complete, once and in one order at every member and operator', async () => {
    const desks = await Promise.all([0, 1, 0].map((edge) => cast.desk({ edge })));
    const open = await Promise.all(Array.from({ length: rooms }, (_, index) => openRoom(index)));
    await Promise.all(open.map(everybodyTalks));
    for (const { chatId, visitor, operator } of open) {
      const { event_id } = await backend.say(chatId, { text: 'end' });
      const all = [visitor, operator, ...desks];
      await Promise.all(all.map(({ next }) => next((frame) => frame.event_id === event_id)));
    }

    let messages = 0;
    for (const { chatId, visitor, operator } of open) {
      const { texts, positions } = heard(visitor, chatId);
      expect(saidBy('visitor', texts)).toEqual(numbered('visitor', shares.visitor));
      expect(saidBy('operator', texts)).toEqual(numbered('operator', shares.operator));
      expect(saidBy('backend', texts)).toEqual(numbered('backend', shares.backend));
      expect(texts).toHaveLength(201);
      expect(new Set(positions).size).toBe(201);
      expect(heard(operator, chatId)).toEqual({ texts, positions });
      for (const desk of desks) expect(heard(desk, chatId).texts).toEqual(texts);
      messages += texts.length - 1;
    }
    expect(messages).toBe(10_000);
    for (const desk of desks) expect(desk.all('messageAdded')).toHaveLength(10_000 + rooms);
  });
});
