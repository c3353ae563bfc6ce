/** The outbox tells the backend of what happened: whole, in the order of each chat, and of each chat by itself. */
import { setTimeout as delay } from 'node:timers/promises';
import { startCluster, startScriptedBackend } from '@switchboard/testkit';
import { afterAll, expect, test, vi } from 'vitest';
import type { Player } from '../cast.ts';
import { raiseStageOn } from '../stage.ts';

const backend = await startScriptedBackend();
afterAll(() => backend.stop());
const { EVENTS_HOOK_URL, HOOK_SECRETS } = backend.env;
const stage = raiseStageOn(
  () =>
    startCluster({
      edges: 3,
      ingresses: 2,
      env: {
        EVENTS_HOOK_URL,
        HOOK_SECRETS,
        OVERLOAD_LAG_MS: '0',
        ROOM_GRACE_MS: '500',
        // All chats stand behind each other: who is told in time was not held up.
        PARTITIONS: '1',
      },
    }),
  'at the end',
);
/** The edge that dies. */
const doomed = 2;

/** A dead edge's lease, a backoff or two of the outbox, and two busy cores. */
const patience = { timeout: 40_000, interval: 50 };
/** The edges that are left look so often for dead ones. */
const anotherLookMs = 1500;

const told = (chatId: string, event: string) =>
  [...backend.events.values()]
    .map(({ frame }) => frame)
    .filter((frame) => frame.chat_id === chatId && frame.event === event);
const textsTold = (chatId: string): string[] =>
  told(chatId, 'messageAdded').map(({ data }) => data.message.text);

const say = async (player: Player, texts: readonly string[]): Promise<void> => {
  for (const text of texts) player.sendFrame('sendMessage', { text }, text);
  for (const text of texts) {
    const answer = await player.next(({ request_id }) => request_id === text);
    expect(answer.event).toBe('messageAdded');
  }
};

const numbered = (count: number, what = 'message'): string[] =>
  Array.from({ length: count }, (_, index) => `${what} ${index}`);

interface HandOffState {
  partitions: { parked: { chat_id: string | null }[] }[];
}

const parkedChats = async (): Promise<(string | null)[]> => {
  const { partitions } = (await stage.backend.get('/hand-off')) as HandOffState;
  return partitions.flatMap(({ parked }) => parked.map(({ chat_id }) => chat_id));
};

const lettersOf = async (chatId: string): Promise<{ id: string; status?: number }[]> =>
  (await stage.backend.get(`/hand-off/dead-letters?chat_id=${chatId}`)).letters;

test.concurrent('tells of every message in its order, many in one call', async () => {
  const chatId = stage.name('chat');
  const visitor = await stage.cast.visitor(chatId);
  const operator = await stage.cast.operator(chatId, { edge: 1 });
  await Promise.all([say(visitor, numbered(30, 'asked')), say(operator, numbered(30, 'said'))]);
  await vi.waitFor(() => expect(textsTold(chatId)).toHaveLength(60), patience);
  const seen = operator.all('messageAdded').map(({ data }) => data.message.text);
  expect(textsTold(chatId)).toEqual(seen);
  const batches = backend.calls.map(({ body }) => body.events?.length ?? 0);
  expect(Math.max(...batches)).toBeGreaterThan(1);
});

test.concurrent('tells of notes, receipts, and who comes and goes, and echoes no post', async () => {
  const chatId = stage.name('chat');
  const desk = await stage.cast.desk();
  const operator = await stage.cast.operator(chatId);
  const visitor = await stage.cast.visitor(chatId);
  const { id } = await stage.backend.say(chatId);
  operator.sendFrame('sendMessage', { type: 'note', text: 'between us' }, 'n');
  visitor.sendFrame('markMessageRead', { message_id: id }, 'r');
  await visitor.next(({ request_id }) => request_id === 'r');
  await visitor.close();
  await vi.waitFor(() => expect(told(chatId, 'userDisconnected')).toHaveLength(1), patience);
  const events = [...backend.events.values()].map(({ frame }) => frame);
  const ofChat = events.filter(({ chat_id }) => chat_id === chatId);
  expect(ofChat.map(({ event }) => event)).toEqual([
    'userConnected',
    'userConnected',
    'messageAdded',
    'messageUpdated',
    'userDisconnected',
  ]);
  expect(ofChat[2]).toMatchObject({ data: { message: { type: 'note', text: 'between us' } } });
  expect(ofChat[3]).toMatchObject({ data: { message: { id }, by: { id: visitor.id } } });
  expect(ofChat[4]).toMatchObject({ data: { user: { id: visitor.id }, reason: 'left' } });
  await vi.waitFor(() => {
    const operators = [...backend.events.values()].map(({ frame }) => frame);
    const online = operators.find(
      ({ event, data }) => event === 'operatorConnected' && data.operator_user.id === desk.id,
    );
    expect(online).toBeDefined();
  }, patience);
});

test.concurrent('parks a chat that fails, alone, and tells of it in order when it is well', async () => {
  const [ill, well] = [stage.name('chat'), stage.name('chat')];
  const patient = await stage.cast.visitor(ill);
  const visitor = await stage.cast.visitor(well);
  const heal = backend.script({ hook: 'events', chatId: ill, answer: { status: 500 } });
  await Promise.all([say(patient, numbered(10)), say(visitor, numbered(10))]);
  await vi.waitFor(() => expect(textsTold(well)).toEqual(numbered(10)), patience);
  await vi.waitFor(async () => expect(await parkedChats()).toContain(ill), patience);
  expect(textsTold(ill)).toEqual([]);
  await say(patient, numbered(5, 'later'));
  heal();
  const all = [...numbered(10), ...numbered(5, 'later')];
  await vi.waitFor(() => expect(textsTold(ill)).toEqual(all), patience);
  await vi.waitFor(async () => expect(await parkedChats()).not.toContain(ill), patience);
});

/** Refuses calls that have this text in them. */
const refuse = (chatId: string, text: string): (() => void) =>
  backend.script({
    hook: 'events',
    chatId,
    answer: ({ body }) =>
      JSON.stringify(body).includes(text) ? { status: 422, body: { code: 'no' } } : undefined,
  });

test.concurrent('buries what the backend refuses, goes on, and replays it when told to', async () => {
  const chatId = stage.name('chat');
  const visitor = await stage.cast.visitor(chatId);
  const accept = refuse(chatId, 'poison');
  await say(visitor, ['before', 'poison 1', 'between', 'poison 2', 'after']);
  await vi.waitFor(
    () => expect(textsTold(chatId)).toEqual(['before', 'between', 'after']),
    patience,
  );
  await vi.waitFor(async () => expect(await lettersOf(chatId)).toHaveLength(2), patience);
  const [first, second] = await lettersOf(chatId);
  expect(first).toMatchObject({ chat_id: chatId, status: 422, attempts: expect.any(Number) });
  accept();
  await stage.backend.post('/hand-off/dead-letters/discard', { ids: [second!.id] });
  await stage.backend.post('/hand-off/dead-letters/replay', { chat_id: chatId });
  const all = ['before', 'between', 'after', 'poison 1'];
  await vi.waitFor(() => expect(textsTold(chatId)).toEqual(all), patience);
  expect(await lettersOf(chatId)).toEqual([]);
});

test.concurrent('tells once that a visitor left whose edge was killed', async () => {
  const chatId = stage.name('chat');
  const visitor = await stage.cast.visitor(chatId, { edge: doomed });
  await say(visitor, ['I am here']);
  await vi.waitFor(() => expect(textsTold(chatId)).toEqual(['I am here']), patience);
  stage.cluster.edges[doomed]!.kill('SIGKILL');
  await vi.waitFor(() => expect(told(chatId, 'userDisconnected')).not.toEqual([]), patience);
  await delay(anotherLookMs);
  const left = told(chatId, 'userDisconnected').map(({ data }) => data.user.id);
  expect(left).toEqual([visitor.id]);
});

afterAll(() => {
  expect(backend.problems).toEqual([]);
});
