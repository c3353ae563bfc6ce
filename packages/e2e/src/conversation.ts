/**
 * A conversation of many rooms over two edges, from visitors, operators and the backend at the same time:
 * complete, once and in one order at every member and at the desk.
 */
import { expect } from 'vitest';
import type { Player } from './cast.ts';
import type { Place } from './stage.ts';

export interface Conversation {
  rooms: number;
  /** What each of the three says in each room. */
  shares: { visitor: number; operator: number; backend: number };
}

/** Messages of one socket that are under way at a time. */
const windowMessages = 5;

interface Room {
  chatId: string;
  visitor: Player;
  operator: Player;
}

const openRoom = async ({ cast, name }: Place, index: number): Promise<Room> => {
  const chatId = name('chat');
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
const post = async (
  { backend }: Place,
  chatId: string,
  texts: readonly string[],
): Promise<void> => {
  for (const text of texts) await backend.say(chatId, { id: text, text });
};

const everybodyTalks = (
  place: Place,
  { chatId, visitor, operator }: Room,
  shares: Conversation['shares'],
): Promise<unknown> =>
  Promise.all([
    talk(visitor, numbered('visitor', shares.visitor)),
    talk(operator, numbered('operator', shares.operator)),
    post(place, chatId, numbered('backend', shares.backend)),
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

/** Holds it, and expects what the first lines say. */
export const expectConversation = async (
  place: Place,
  { rooms, shares }: Conversation,
): Promise<void> => {
  const { backend, cast } = place;
  const desks = await Promise.all([0, 1, 0].map((edge) => cast.desk({ edge })));
  const open = await Promise.all(
    Array.from({ length: rooms }, (_, index) => openRoom(place, index)),
  );
  await Promise.all(open.map((room) => everybodyTalks(place, room, shares)));
  for (const { chatId, visitor, operator } of open) {
    const { event_id } = await backend.say(chatId, { text: 'end' });
    const all = [visitor, operator, ...desks];
    await Promise.all(all.map(({ next }) => next((frame) => frame.event_id === event_id)));
  }

  const messages = shares.visitor + shares.operator + shares.backend + 1;
  for (const { chatId, visitor, operator } of open) {
    const { texts, positions } = heard(visitor, chatId);
    expect(saidBy('visitor', texts)).toEqual(numbered('visitor', shares.visitor));
    expect(saidBy('operator', texts)).toEqual(numbered('operator', shares.operator));
    expect(saidBy('backend', texts)).toEqual(numbered('backend', shares.backend));
    expect(texts).toHaveLength(messages);
    expect(new Set(positions).size).toBe(messages);
    expect(heard(operator, chatId)).toEqual({ texts, positions });
    for (const desk of desks) expect(heard(desk, chatId).texts).toEqual(texts);
  }
  for (const desk of desks) expect(desk.all('messageAdded')).toHaveLength(rooms * messages);
};
