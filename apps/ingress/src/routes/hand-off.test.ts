import { startScriptedBackend } from '@switchboard/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startIngress, uniqueId, type IngressUnderTest } from '../test/ingress-under-test.ts';

let backend: Awaited<ReturnType<typeof startScriptedBackend>>;
let ingress: IngressUnderTest;

beforeAll(async () => {
  backend = await startScriptedBackend();
  const { EVENTS_HOOK_URL, HOOK_SECRETS } = backend.env;
  ingress = await startIngress({
    EVENTS_HOOK_URL,
    HOOK_SECRETS,
    EVENTS_HOOK_KINDS: 'posted_messages,updates',
    OUTBOX_MAX_EVENTS: '100',
    // All that may wait goes in one call: a full one of one chat alone would be parked.
    EVENTS_HOOK_BATCH_MAX: '200',
  });
});
afterAll(async () => {
  await ingress.stop();
  expect(backend.problems).toEqual([]);
  await backend.stop();
});

const waitFor = { timeout: 10_000, interval: 20 };
const handOff = async () => (await ingress.call('GET', '/hand-off')).body.partitions;
const lettersOf = async (chatId: string) =>
  (await ingress.call('GET', `/hand-off/dead-letters?chat_id=${chatId}`)).body;
const post = (chatId: string, id: string, more: object = {}) =>
  ingress.post('/message', { id, chat_id: chatId, type: 'standard', text: 'x', ...more });
const taken = (chatId: string) =>
  [...backend.events.values()].filter(({ frame }) => frame.chat_id === chatId);

test('what was posted and changed reaches the backend as operators read it', async () => {
  const chatId = uniqueId('chat');
  const user = { id: 7, role: 'client', email: 'a@example.com' };
  const { body } = await post(chatId, 'm1', { user, price: 1.5 });
  await ingress.call('PUT', '/message', { body: { id: 'm1', chat_id: chatId, text: 'y' } });
  await expect.poll(() => taken(chatId).length, waitFor).toBe(2);
  const [added, updated] = taken(chatId);
  expect(added!.frame).toMatchObject({
    event: 'messageAdded',
    event_id: body.event_id,
    position: body.position,
    chat_id: chatId,
    data: { message: { id: 'm1', user: { id: '7', email: 'a@example.com' }, price: 1.5 } },
  });
  expect(updated!.frame).toMatchObject({ event: 'messageUpdated', data: { changed: ['text'] } });
});

describe('an event that the backend refuses', () => {
  const refuse = async (chatId: string) => {
    const accept = backend.script({
      chatId,
      answer: { status: 422, body: { code: 'unknown_chat', message: 'No such chat' } },
    });
    for (const id of ['m1', 'm2']) await post(chatId, id);
    await expect.poll(async () => (await lettersOf(chatId)).letters.length, waitFor).toBe(2);
    accept();
    return (await lettersOf(chatId)).letters;
  };

  test('is listed with the reason, and delivered when it is replayed', async () => {
    const chatId = uniqueId('chat');
    const [first] = await refuse(chatId);
    const instant = expect.stringMatching(/^\d{4}-.*Z$/u);
    expect(first).toEqual({
      id: expect.any(String),
      chat_id: chatId,
      reason: 'unknown_chat: No such chat',
      status: 422,
      attempts: expect.any(Number),
      first_tried_at: instant,
      last_tried_at: instant,
      event: expect.objectContaining({ event: 'messageAdded', chat_id: chatId }),
    });
    const again = await ingress.post('/hand-off/dead-letters/replay', { chat_id: chatId });
    expect([again.status, again.body]).toEqual([200, { replayed: 2 }]);
    await expect.poll(() => taken(chatId).length, waitFor).toBe(2);
    expect(taken(chatId).map(({ frame }) => frame.data.message.id)).toEqual(['m1', 'm2']);
    expect(await lettersOf(chatId)).toEqual({ letters: [], next: null });
  });

  test('is thrown away when it is discarded, and all others stay', async () => {
    const chatId = uniqueId('chat');
    const [first, second] = await refuse(chatId);
    const ids = [first.id, 'unknown'];
    const gone = await ingress.post('/hand-off/dead-letters/discard', { ids });
    expect(gone.body).toEqual({ discarded: 1 });
    expect((await lettersOf(chatId)).letters).toEqual([second]);
    const page = await ingress.call('GET', '/hand-off/dead-letters?limit=1');
    expect(page.body.letters).toHaveLength(1);
    const dead = (await handOff()).map((each: { dead_letters: number }) => each.dead_letters);
    expect(Math.max(...dead)).toBeGreaterThanOrEqual(1);
    const replayed = await ingress.post('/hand-off/dead-letters/replay', { all: true });
    expect(replayed.body.replayed).toBeGreaterThanOrEqual(1);
    await expect.poll(() => taken(chatId).length, waitFor).toBe(1);
  });

  test.each([
    ['/hand-off/dead-letters/replay', {}],
    ['/hand-off/dead-letters/replay', { ids: ['a'], all: true }],
    ['/hand-off/dead-letters/replay', { all: false }],
    ['/hand-off/dead-letters/discard', { ids: [] }],
  ])('needs to be named: %s %j', async (path, body) => {
    expect((await ingress.post(path, body)).body).toMatchObject({ code: 'validation_failed' });
  });
});

describe('a backend that is away', () => {
  test('is no reason not to be ready; above the bound messages are refused until it is back', async () => {
    const chatId = uniqueId('chat');
    await backend.die();
    const first = await post(chatId, 'first');
    const more = Array.from({ length: 98 }, (_, id) => post(chatId, `m${id}`));
    expect(
      (await Promise.all([...more, post(chatId, 'last')])).every((a) => a.status === 200),
    ).toBe(true);
    expect(first.status).toBe(200);
    const refused = await post(chatId, 'one-more');
    expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const full = (await handOff()).find(({ waiting }: { waiting: number }) => waiting > 0);
    expect(full).toMatchObject({ waiting: 100, parked: [], holder: expect.any(String) });
    expect((await ingress.call('GET', '/health/ready')).status).toBe(200);
    await backend.revive();
    await expect.poll(() => taken(chatId).length, { ...waitFor, timeout: 14_000 }).toBe(100);
    expect((await post(chatId, 'one-more')).status).toBe(200);
  });
});

test('/metrics tells of deliveries and of what waits', async () => {
  const text = async () => (await fetch(`${ingress.process.privateUrl}/metrics`)).text();
  await expect
    .poll(text, waitFor)
    .toMatch(/outbox_unheld_partitions 0\n[^]*outbox_waiting_events 0\n/u);
  const told = await text();
  expect(told).toMatch(/switchboard_ingress_events_delivered_total \d{2,}/u);
  expect(told).toMatch(/switchboard_ingress_events_hook_calls_total\{result="delivered"\} \d+/u);
  expect(told).toMatch(/switchboard_ingress_events_given_up_total\{why="refused"\} \d+/u);
  expect(told).toContain('switchboard_ingress_outbox_partitions 16\n');
});

test('SIGTERM leaves the partitions to others at once, when what is under way has ended', async () => {
  const chatId = uniqueId('chat');
  backend.script({ chatId, times: 1, answer: { headAfterMs: 400 } });
  await post(chatId, 'm1');
  const calls = () => backend.calls.filter(({ chatIds }) => chatIds.includes(chatId)).length;
  await expect.poll(calls, waitFor).toBe(1);
  ingress.process.kill('SIGTERM');
  expect(await ingress.process.exited).toEqual({ code: 0, signal: null });
  expect(taken(chatId)).toHaveLength(1);
  const states = await ingress.bus.outbox.states();
  expect(states.filter(({ holder, waiting }) => holder !== undefined || waiting > 0)).toEqual([]);
  expect(calls()).toBe(1);
});
