/** The process that does nothing but the HTTP call of a hook: what is left of a hook without this product. */
import { randomBytes } from 'node:crypto';
import { Pool, type Dispatcher } from 'undici';
import { serveCalls } from './call.ts';
import { Calling } from './calling.ts';
import type { LoadShape } from './load-shape.ts';
import { chatIdOf, filler } from './message-body.ts';
import { writeStamp } from './stamp.ts';

export interface CallOrder {
  load: LoadShape;
  url: string;
}

const connections = 128;

/** As long as the real ones, but made once: to make and sign them is no part of the call. */
const body = Buffer.from(
  JSON.stringify({
    event: 'sendMessage',
    id: randomBytes(16).toString('hex'),
    ts: new Date().toISOString(),
    chat_id: chatIdOf(1000),
    user: { id: 'visitor-2000', role: 'client' },
    message: {
      id: '018f2f7e-7b0a-8c2e-9d1f-3a5b6c7d8e9f',
      chat_id: chatIdOf(1000),
      type: 'standard',
      user: { id: 'visitor-2000', role: 'client' },
      text: `${writeStamp(0)} ${filler}`,
      client_message_id: `${randomBytes(6).toString('hex')}0-1000`,
      created_at: new Date().toISOString(),
    },
    session_id: '018f2f7e-7b0a-7c2e-9d1f-3a5b6c7d8e9f',
  }),
);
const signed = randomBytes(32).toString('hex');
const headers = [
  ['Content-Type', 'application/json'],
  ['Accept', 'application/json'],
  ['User-Agent', 'switchboard'],
  ['Idempotency-Key', randomBytes(16).toString('hex')],
  ['Switchboard-Signature', `t=1700000000,v1=${signed}`],
].flat();

let pool: Pool | undefined;
let calling: Calling | undefined;

/** undici's cheapest way, as the product's: no streams, no promises of its own. */
const callOnce = (client: Pool, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    let status = 0;
    let text = '';
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => {},
      onResponseStart: (_controller, statusCode) => {
        status = statusCode;
      },
      onResponseData: (_controller, chunk) => {
        text += chunk.toString();
      },
      onResponseEnd: () => resolve(text === '' ? 0 : status),
      onResponseError: (_controller, error) => reject(error),
    };
    client.dispatch({ method: 'POST', path, headers, body }, handler);
  });

const present = (): Calling => {
  if (calling === undefined) throw new Error('nobody calls');
  return calling;
};

const methods = {
  start: ({ load, url }: CallOrder) => {
    const { origin, pathname } = new URL(url);
    const client = (pool ??= new Pool(origin, { connections, pipelining: 1 }));
    calling = new Calling(load, () => callOnce(client, pathname));
  },
  take: () => present().take(),
  stop: () => present().stop(),
};

export type CallerMethods = typeof methods;

serveCalls(methods);
