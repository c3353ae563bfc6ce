/** Takes a request for what it should be, and writes down what is wrong with it. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Hook } from './contract.ts';

export interface Delivery {
  hook: Hook;
  key: string;
  chatIds: string[];
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
  /** What must be the same whenever this key comes. */
  substance: string;
}

type Complain = (problem: string) => void;

const keyMaxChars = 255;

export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** Undefined, with a complaint: nothing that could be kept. */
export const readDelivery = (
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  bytes: Buffer,
  complain: Complain,
): Delivery | undefined => {
  const hook = request.url === '/send' ? 'send' : request.url === '/events' ? 'events' : undefined;
  if (hook === undefined || request.method !== 'POST') {
    complain(`${request.method} ${request.url}`);
    return undefined;
  }
  let isSound = true;
  const reject = (problem: string) => {
    isSound = false;
    complain(`${hook}: ${problem}`);
  };
  const key = checkHeaders(request.headers, complain);
  const body = parse(bytes);
  const known = hook === 'send' ? ofSend(body, reject) : ofEvents(body, reject);
  return isSound ? { hook, key, body, ...known } : undefined;
};

const checkHeaders = (headers: IncomingHttpHeaders, complain: Complain): string => {
  const key = String(headers['idempotency-key'] ?? '');
  if (key === '' || key.length > keyMaxChars) complain(`Idempotency-Key: ${key}`);
  if (!/^application\/json(;|$)/u.test(headers['content-type'] ?? ''))
    complain(`Content-Type: ${headers['content-type']}`);
  if (!(headers.accept ?? '').includes('application/json')) complain(`Accept: ${headers.accept}`);
  return key;
};

const parse = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return undefined; // What reads it finds everything missing.
  }
};

interface Known {
  chatIds: string[];
  substance: string;
}

// What is read of a body is checked here.
// oxlint-disable-next-line typescript/no-explicit-any
const ofSend = (body: any, reject: Complain): Known => {
  const { event, id, ts, chat_id: chatId, user, message, session_id: sessionId } = body ?? {};
  const texts = { id, ts, chatId, sessionId, user: user?.id, client: message?.client_message_id };
  for (const [name, value] of Object.entries(texts))
    if (typeof value !== 'string' || value === '') reject(`${name} is ${String(value)}`);
  if (event !== 'sendMessage') reject(`event is ${String(event)}`);
  if (!['client', 'operator'].includes(user?.role)) reject(`role is ${user?.role}`);
  const substance = JSON.stringify([chatId, user?.id, message?.client_message_id, message?.text]);
  return { chatIds: [chatId], substance };
};

// oxlint-disable-next-line typescript/no-explicit-any
const ofEvents = (body: any, reject: Complain): Known => {
  const events: { event?: string; event_id?: string; ts?: string; chat_id?: string }[] =
    body?.events ?? [];
  if (events.length === 0) reject('an empty batch');
  for (const { event, event_id: eventId, ts, chat_id: chatId } of events) {
    for (const [name, value] of Object.entries({ event, eventId, ts }))
      if (typeof value !== 'string') reject(`${name} is ${String(value)}`);
    if (chatId === undefined && !event?.startsWith('operator')) reject(`${event}: no chat`);
  }
  return {
    chatIds: [...new Set(events.flatMap(({ chat_id: chatId }) => chatId ?? []))],
    substance: JSON.stringify(events.map(({ event_id: eventId }) => eventId)),
  };
};
