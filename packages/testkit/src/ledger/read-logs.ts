/** What the logs of all rooms hold, as ingress tells it. */
import type { RoomLog } from './book.ts';
import { numberOf } from './note-receipt.ts';
import type { Backend } from './post-message.ts';

interface Page {
  events: { event: string; event_id: string; position: string; data: { message: Message } }[];
  next: string | null;
  complete: boolean;
}

interface Message {
  text?: string;
}

const roomsAtATime = 8;

/** @throws when a log cannot be read */
export const readLogs = async (
  backend: Backend,
  rooms: number,
  chatId: (room: number) => string,
): Promise<Map<number, RoomLog>> => {
  const logs = new Map<number, RoomLog>();
  for (let from = 0; from < rooms; from += roomsAtATime) {
    const some = Array.from({ length: Math.min(roomsAtATime, rooms - from) }, (_, at) => from + at);
    await Promise.all(
      some.map(async (room) => logs.set(room, await readLog(backend, chatId(room)))),
    );
  }
  return logs;
};

const readLog = async (backend: Backend, chatId: string): Promise<RoomLog> => {
  const first = await readPage(backend, chatId, undefined);
  const events = [...first.events];
  for (let { next } = first; next !== null;) {
    const page = await readPage(backend, chatId, next);
    events.push(...page.events);
    next = page.next;
  }
  const entries = events
    .filter(({ event }) => event === 'messageAdded')
    .map(({ event_id: eventId, position, data }) => {
      return { eventId, position, number: numberOf(data.message.text) };
    });
  return { entries, isWhole: first.complete };
};

const readPage = async (
  { ingresses, apiToken }: Backend,
  chatId: string,
  since: string | undefined,
): Promise<Page> => {
  const url = new URL(`${ingresses.next()}/chats/${encodeURIComponent(chatId)}/events`);
  url.searchParams.set('limit', '200');
  if (since !== undefined) url.searchParams.set('since', since);
  const answer = await fetch(url, { headers: { 'api-token': apiToken } });
  if (answer.status !== 200) throw new Error(`the log of ${chatId}: ${answer.status}`);
  return (await answer.json()) as Page;
};
