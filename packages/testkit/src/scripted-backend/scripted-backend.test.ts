import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScriptedBackend } from './contract.ts';
import { startScriptedBackend } from './scripted-backend.ts';

let backend: ScriptedBackend;

beforeEach(async () => {
  backend = await startScriptedBackend();
});

afterEach(() => backend.stop());

const sign = (body: string, secrets = backend.secrets, atS = Math.floor(Date.now() / 1000)) => {
  const hex = (secret: string) =>
    createHmac('sha256', secret).update(`${atS}.${body}`).digest('hex');
  return [`t=${atS}`, ...secrets.map((secret) => `v1=${hex(secret)}`)].join(',');
};

const headersFor = (body: string, key: string) => ({
  'content-type': 'application/json',
  accept: 'application/json',
  'idempotency-key': key,
  'switchboard-signature': sign(body),
});

const call = async (url: string, key: string, body: string, headers = {}) => {
  const given = { ...headersFor(body, key), ...headers };
  const response = await fetch(url, { method: 'POST', headers: given, body });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
};

const asked = (clientMessageId: string, chatId = 'c1') =>
  JSON.stringify({
    event: 'sendMessage',
    id: 'e1',
    ts: new Date().toISOString(),
    chat_id: chatId,
    user: { id: 'u1', role: 'client' },
    message: { type: 'standard', text: 'hello', client_message_id: clientMessageId },
    session_id: 's1',
  });

const ask = (key: string, chatId?: string) => call(backend.sendUrl, key, asked(key, chatId));

const tell = (...ids: string[]) =>
  call(
    backend.eventsUrl,
    ids.join(),
    JSON.stringify({
      events: ids.map((id) => ({
        event: 'messageAdded',
        event_id: id,
        ts: new Date().toISOString(),
        chat_id: `chat-${id}`,
      })),
    }),
  );

test('takes each message once under its key, and says the same again', async () => {
  const first = await ask('k1');
  expect(first).toEqual({ status: 200, body: { id: 'kept-0' } });
  expect(await ask('k2')).toEqual({ status: 200, body: { id: 'kept-1' } });
  expect(await ask('k1')).toEqual(first);
  expect([...backend.messages.keys()]).toEqual(['k1', 'k2']);
  expect(backend.calls.map(({ repeats }) => repeats)).toEqual([0, 0, 1]);
  expect(backend.problems).toEqual([]);
});

test('keeps a message whose answer is lost, and a verdict, but not what failed', async () => {
  backend.script({ times: 1, answer: { status: 'reset', keeps: true } });
  await expect(ask('k1')).rejects.toThrow('fetch failed');
  expect(await ask('k1')).toEqual({ status: 200, body: { id: 'kept-0' } });
  backend.script({ times: 1, answer: { status: 422, body: { code: 'closed' } } });
  expect(await ask('k2')).toEqual({ status: 422, body: { code: 'closed' } });
  expect(await ask('k2')).toEqual({ status: 422, body: { code: 'closed' } });
  backend.script({ times: 1, answer: { status: 503 } });
  backend.script({ times: 1, answer: { status: 200, body: { text: 5 }, keeps: false } });
  expect((await ask('k3')).body).toEqual({ text: 5 });
  expect((await ask('k3')).status).toBe(503);
  expect((await ask('k3')).status).toBe(200);
  expect([...backend.messages.keys()]).toEqual(['k1', 'k3']);
});

test('keeps events by their id, and counts those that come again', async () => {
  backend.script({ chatId: 'chat-b', times: 1, answer: { status: 500 } });
  expect((await tell('a', 'b')).status).toBe(500);
  expect((await tell('a')).status).toBe(200);
  expect((await tell('a', 'b')).status).toBe(200);
  expect([...backend.events.keys()]).toEqual(['a', 'b']);
  expect(backend.repeatedEvents()).toBe(1);
});

test('is slow, cuts its answer, never answers, or is not there at all', async () => {
  const remove = backend.script({ answer: { headAfterMs: 150, bodyAfterMs: 150 } });
  const startMs = backend.now();
  expect((await ask('k1')).status).toBe(200);
  expect(backend.now() - startMs).toBeGreaterThan(290);
  remove();
  backend.script({ times: 1, answer: { isCut: true, body: { id: 'x' } } });
  await expect(ask('k2')).rejects.toThrow('terminated');
  backend.script({ times: 1, answer: { status: 'never' } });
  const body = asked('k3');
  const signal = AbortSignal.timeout(100);
  const options = { method: 'POST', headers: headersFor(body, 'k3'), body, signal };
  await expect(fetch(backend.sendUrl, options)).rejects.toThrow('timeout');
  await backend.die();
  await expect(ask('k4')).rejects.toThrow('fetch failed');
  await backend.revive();
  expect((await ask('k4')).status).toBe(200);
});

test('answers 401 to what is not signed with every secret, or long ago, and writes it down', async () => {
  const body = asked('k1');
  const [one = ''] = backend.secrets;
  const wrong = [sign(body, [one]), sign(`${body} `), sign(body, backend.secrets, 1_000_000)];
  for (const signature of wrong) {
    const answer = await call(backend.sendUrl, 'k1', body, { 'switchboard-signature': signature });
    expect(answer.status).toBe(401);
  }
  expect(backend.problems).toHaveLength(3);
  expect(backend.calls).toEqual([]);
});

test('writes down what the contract does not allow', async () => {
  await call(backend.sendUrl, 'k1', asked('other'));
  await ask('k1');
  expect((await call(backend.sendUrl, 'k2', '{"event":"sendMessage"}')).status).toBe(400);
  expect(backend.problems[0]).toMatch(/k1 stood for .*other.*, and now for .*k1/u);
  expect(backend.problems).toContain('send: chatId is undefined');
});
