/**
 * Preloaded into an edge that asks no backend: makes the HTTP call of the send hook and nothing else, at the
 * pace that the backend is told. So the bare call costs what it costs in a process that is as busy.
 */
import { randomBytes } from 'node:crypto';
import { Pool, type Dispatcher } from 'undici';
import { chatIdOf, filler } from './message-body.ts';
import { writeStamp } from './stamp.ts';

const connections = 128;
const paceLookMs = 250;

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
const headers = [
  ['Content-Type', 'application/json'],
  ['Accept', 'application/json'],
  ['User-Agent', 'switchboard'],
  ['Idempotency-Key', randomBytes(16).toString('hex')],
  ['Switchboard-Signature', `t=1700000000,v1=${randomBytes(32).toString('hex')}`],
].flat();

/** undici's cheapest way, as the product's: no streams, no promises of its own. */
const callOnce = (pool: Pool): void => {
  const chunks: Buffer[] = [];
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: () => {},
    onResponseStart: () => {},
    onResponseData: (_controller, chunk) => void chunks.push(chunk),
    onResponseEnd: () => JSON.parse(Buffer.concat(chunks).toString()),
    onResponseError: (_controller, error) => {
      throw error;
    },
  };
  pool.dispatch({ method: 'POST', path: '/send', headers, body }, handler);
};

/** @param callsPerS read before each call: it may change, and be 0 */
const callAtPace = (pool: Pool, callsPerS: () => number): void => {
  let dueMs = performance.now();
  const next = () => {
    const nowMs = performance.now();
    const pace = callsPerS();
    if (pace === 0) dueMs = nowMs + paceLookMs;
    else for (; dueMs <= nowMs; dueMs += 1000 / pace) callOnce(pool);
    setTimeout(next, dueMs - nowMs).unref();
  };
  next();
};

const begin = (backend: string): void => {
  const pool = new Pool(backend, { connections, pipelining: 1 });
  let pace = 0;
  const look = async () => {
    pace = Number(await (await fetch(`${backend}/pace`)).text());
  };
  setInterval(() => void look(), paceLookMs).unref();
  callAtPace(pool, () => pace);
};

const backend = process.env['SWITCHBOARD_CALLS_BESIDE'];
if (backend !== undefined && /edge/u.test(process.argv[1] ?? '')) begin(backend);
