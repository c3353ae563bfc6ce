/**
 * Calls whose answer is lost, late or overtaken, and that are made again elsewhere: over another ingress,
 * another edge. Two halves of one deployment, each with its own way to Redis; only the first half's is slow.
 */
import { partitionOf } from '@switchboard/protocol';
import {
  startCluster,
  startFaultProxy,
  startRedis,
  type Cluster,
  type FaultProxy,
  type Frame,
} from '@switchboard/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createBackend, type Answer, type Backend } from './backend.ts';
import { createCast, type Cast, type Player } from './cast.ts';

interface Half {
  cluster: Cluster;
  /** Between the half and Redis. */
  toRedis: FaultProxy;
  /** Between its callers and ingress, and its sockets and the edge. */
  toIngress: FaultProxy;
  toEdge: FaultProxy;
  backend: Backend;
  cast: Cast;
}

const appendTimeoutMs = 500;
/** Few, so that a fence in each is soon raised. */
const partitions = 4;
const secrets = { API_TOKENS: 'tests:token-of-the-tests', AUTH_SECRET: 'secret '.repeat(8) };
const endings: (() => Promise<unknown>)[] = [];
let slow: Half;
let quick: Half;
/** At the quick half: hears of everything that is for operators. */
let desk: Player;

let names = 0;
const name = (kind: string): string => `${kind}-${(names += 1)}`;

const openHalf = async (redisPort: number): Promise<Half> => {
  const proxy = async (port: number) => {
    const opened = await startFaultProxy({ port });
    endings.push(opened.stop);
    return opened;
  };
  const toRedis = await proxy(redisPort);
  const started = await startCluster({
    redisUrl: `redis://127.0.0.1:${toRedis.port}`,
    edges: 1,
    keyPrefix: 'halves:',
    env: {
      ...secrets,
      APPEND_TIMEOUT_MS: String(appendTimeoutMs),
      PARTITIONS: String(partitions),
    },
  });
  endings.push(started.stop);
  const cluster = { ...started, apiToken: 'token-of-the-tests', authSecret: secrets.AUTH_SECRET };
  const portOf = (url: string) => Number(new URL(url).port);
  const [toIngress, toEdge] = [
    await proxy(portOf(cluster.ingress.url)),
    await proxy(portOf(cluster.edges[0]!.url)),
  ];
  const edge = { ...cluster.edges[0]!, url: `ws://127.0.0.1:${toEdge.port}` };
  const url = `http://127.0.0.1:${toIngress.port}`;
  const cast = createCast(() => ({ ...cluster, edges: [edge] }), name);
  endings.push(cast.leave);
  const backend = createBackend(() => ({ url, apiToken: cluster.apiToken }));
  return { cluster, toRedis, toIngress, toEdge, backend, cast };
};

beforeAll(async () => {
  const redis = await startRedis();
  endings.push(redis.stop);
  [slow, quick] = await Promise.all([openHalf(redis.port), openHalf(redis.port)]);
  desk = await quick.cast.desk({ id: 'watcher' });
});
afterEach(() => {
  for (const proxy of [slow.toRedis, slow.toIngress, slow.toEdge]) proxy.heal();
});
afterAll(async () => {
  for (const end of endings.toReversed()) await end();
});

interface Story extends Call {
  title: string;
  /** In every event of the call, and in no other. */
  tag: string;
}

interface Call {
  call: (half: Half) => Promise<Answer>;
}

const stories: Readonly<Record<string, (tag: string) => Call | Promise<Call>>> = {
  'POST /message by its id': (tag) => {
    const body = { id: tag, chat_id: 'chat', type: 'standard', text: 'x' };
    return {
      call: ({ backend }) =>
        backend.call('POST', '/message', { body, headers: { 'x-story': tag } }),
    };
  },
  'POST /message by its key': (tag) =>
    keyed(
      'POST',
      '/message',
      { id: `m-${tag}`, chat_id: 'chat', type: 'standard', text: 'x' },
      tag,
    ),
  'PUT /message': async (tag) => {
    await quick.backend.say('chat', { id: tag.replace('story', 'before') });
    const id = tag.replace('story', 'before');
    return keyed('PUT', '/message', { id, chat_id: 'chat', type: 'standard', text: tag }, tag);
  },
  'POST /update/chat': (tag) => keyed('POST', '/update/chat', { id: tag, status: 'open' }, tag),
  'POST /update/operators': (tag) =>
    keyed('POST', '/update/operators', [{ id: tag, status: 'away' }], tag),
  'POST /global': (tag) => keyed('POST', '/global', { tag }, tag),
  'POST /notifications/chat': (tag) =>
    keyed('POST', '/notifications/chat', { id: tag, operator_user: { id: 'watcher' } }, tag),
};

const keyed = (method: string, path: string, body: unknown, key: string): Call => ({
  call: ({ backend }) =>
    backend.call(method, path, { body, headers: { 'idempotency-key': key, 'x-story': key } }),
});

const tell = async (title: string): Promise<Story> => {
  const tag = name('story');
  return { title, tag: `${tag}.`, ...(await stories[title]!(`${tag}.`)) };
};

const isOf =
  ({ tag }: Story) =>
  (frame: Frame): boolean =>
    frame.event !== 'connected' && JSON.stringify(frame.data).includes(tag);

/** Through both halves: what the slow one has sent to Redis comes there before its fence. */
const fence = async (path: string, body: object): Promise<string[]> => {
  const fences: string[] = [];
  for (const { backend } of [slow, quick]) {
    const fenced = { ...body, id: name('fence') };
    // Its way is slow until what was held there has passed.
    const answer = () => backend.call('POST', path, { body: fenced });
    let last = await answer();
    while (last.status === 503) last = await answer();
    fences.push(eventOf(last));
  }
  return fences;
};

const fenceMessage = { type: 'standard', text: 'fence' };

/** Resolves when the desk has everything that happened before now, in every partition. */
const raiseFences = async (): Promise<void> => {
  const chats = Array.from({ length: 16 }, (_, number) => `fence-${number}`);
  const fenced = new Set(chats.map((chat) => partitionOf(chat, partitions)));
  expect(fenced.size).toBe(partitions);
  const waits = chats.map(async (chatId) => {
    for (const eventId of await fence('/message', { ...fenceMessage, chat_id: chatId }))
      await desk.next(({ event_id }) => event_id === eventId);
  });
  await Promise.all(waits);
};

const happened = (story: Story): (string | undefined)[] =>
  desk.all(isOf(story)).map(({ event_id }) => event_id);

/** What the answer says of being a repeat; calls of other kinds do not say. */
const repeats = ({ body }: Answer): boolean[] => ('duplicate' in body ? [body.duplicate] : []);

const eventOf = ({ body }: Answer): string => body.event_id ?? body.events[0].event_id;

const tellAll = (): Promise<Story[]> => Promise.all(Object.keys(stories).map(tell));

/** What every call has to come to, by its name; `said` is what messages say of being a repeat. */
const expectAll = async (
  told: readonly Story[],
  play: (story: Story) => Promise<{ eventId: string; repeats: boolean[] }>,
  ...said: boolean[]
): Promise<void> => {
  const outcomes = await Promise.all(told.map(play));
  slow.toRedis.heal();
  slow.toIngress.heal();
  await raiseFences();
  for (const [index, story] of told.entries()) {
    const { eventId, repeats: are } = outcomes[index]!;
    const { title } = story;
    const wanted = { title, repeats: title.includes('/message') ? said : [], events: [eventId] };
    expect({ title, repeats: are, events: happened(story) }).toEqual(wanted);
  }
};

test('calls whose answer is lost get it from another ingress, and happen once', async () => {
  const told = await tellAll();
  slow.toRedis.impose({ kind: 'delay', ms: 250 });
  slow.toIngress.impose({ kind: 'delay', ms: 400 });
  const play = async (story: Story) => {
    const first = story.call(slow).catch((error: Error) => error.message);
    const { event_id } = await desk.next(isOf(story));
    slow.toIngress.cut('reset', ({ opening }) => opening.includes(story.tag));
    expect(await first).toBe('fetch failed');
    const again = await story.call(quick);
    expect(eventOf(again)).toBe(event_id);
    return { eventId: eventOf(again), repeats: repeats(again) };
  };
  await expectAll(told, play, true);
});

test('calls that are made again elsewhere while the first is on its way happen once, and both get one answer', async () => {
  const told = await tellAll();
  slow.toRedis.impose({ kind: 'delay', ms: 300 });
  const play = async (story: Story) => {
    const first = story.call(slow);
    const [other, one] = [await story.call(quick), await first];
    expect([one.status, other.status]).toEqual([200, 200]);
    expect(eventOf(one)).toBe(eventOf(other));
    return { eventId: eventOf(one), repeats: [...repeats(other), ...repeats(one)] };
  };
  await expectAll(told, play, false, true);
});

test('calls that reach Redis after their deadline are answered with 503, never happen, and may be made again', async () => {
  const told = await tellAll();
  const lift = slow.toRedis.impose({ kind: 'delay', ms: appendTimeoutMs + 200 });
  for (const first of await Promise.all(told.map(({ call }) => call(slow)))) {
    expect(first).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(Number(first.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  lift();
  await raiseFences();
  expect(told.flatMap(happened)).toEqual([]);
  const play = async ({ call }: Story) => {
    const again = await call(quick);
    expect(again.status).toBe(200);
    return { eventId: eventOf(again), repeats: repeats(again) };
  };
  await expectAll(told, play, false);
});

/** A visitor with a socket at each half, and an operator who listens at the quick one. */
const gather = async () => {
  const chatId = name('chat');
  const operator = await quick.cast.operator(chatId);
  const here = await slow.cast.visitor(chatId);
  const there = await quick.cast.visitor(chatId, { id: here.id });
  const said = { client_message_id: 'c-1', text: 'once' };
  const send = (player: Player) => player.sendFrame('sendMessage', said, 'r');
  const answer = (player: Player) => player.next(({ request_id }) => request_id === 'r');
  const heard = async () => {
    for (const eventId of await fence('/message', { ...fenceMessage, chat_id: chatId }))
      await operator.next(({ event_id }) => event_id === eventId);
    return operator
      .all('messageAdded')
      .filter(({ data }) => data.message.text === 'once')
      .map(({ event_id }) => event_id);
  };
  return { operator, here, there, send, answer, heard };
};

test('sendMessage whose answer is lost gets it from another edge, and happens once', async () => {
  const { operator, here, there, send, answer, heard } = await gather();
  slow.toRedis.impose({ kind: 'delay', ms: 250 });
  slow.toEdge.impose({ kind: 'delay', ms: 300 });
  send(here);
  const { event_id } = await operator.next('messageAdded');
  slow.toEdge.cut();
  expect((await here.closed).code).toBe(1006);
  expect(here.all('messageAdded')).toEqual([]);
  send(there);
  const again = await answer(there);
  expect(again).toMatchObject({ event: 'messageAdded', event_id, duplicate: true });
  expect(again.position).toBeUndefined();
  slow.toRedis.heal();
  slow.toEdge.heal();
  expect(await heard()).toEqual([event_id]);
});

test('sendMessage that is sent again elsewhere while the first is on its way happens once', async () => {
  const { here, there, send, answer, heard } = await gather();
  slow.toRedis.impose({ kind: 'delay', ms: 300 });
  send(here);
  send(there);
  const [one, other] = [await answer(here), await answer(there)];
  expect(one.event_id).toBe(other.event_id);
  expect([one, other].map(({ event }) => event)).toEqual(['messageAdded', 'messageAdded']);
  expect([one, other].filter((frame) => 'duplicate' in frame)).toHaveLength(1);
  slow.toRedis.heal();
  expect(await heard()).toEqual([one.event_id]);
});

test('sendMessage that reaches Redis after its deadline never happens, and may be sent again', async () => {
  const { here, there, send, answer, heard } = await gather();
  const lift = slow.toRedis.impose({ kind: 'delay', ms: appendTimeoutMs + 200 });
  send(here);
  const refusal = await answer(here);
  expect(refusal).toMatchObject({
    event: 'messageNotAdded',
    data: { client_message_id: 'c-1', code: 'unavailable', retryable: true },
  });
  lift();
  expect(await heard()).toEqual([]);
  send(there);
  const again = await answer(there);
  expect(again).toMatchObject({ event: 'messageAdded' });
  expect(again).not.toHaveProperty('duplicate');
  expect(await heard()).toEqual([again.event_id]);
});

test('a receipt that reaches Redis after its deadline is refused, never happens, and may be sent again', async () => {
  const { operator, here, there, send, answer, heard } = await gather();
  send(there);
  const { data } = await answer(there);
  const mark = (player: Player, id: string) => {
    player.sendFrame('markMessageRead', { message_id: data.message.id, up_to: true }, id);
    return player.next(({ request_id }) => request_id === id);
  };
  const lift = slow.toRedis.impose({ kind: 'delay', ms: appendTimeoutMs + 200 });
  expect(await mark(here, 'late')).toMatchObject({ event: 'error', data: { code: 'unavailable' } });
  lift();
  await heard();
  expect(operator.all('messageUpdated')).toEqual([]);
  const again = await mark(there, 'again');
  expect(again.data.changed).not.toEqual([]);
  await heard();
  expect(operator.all('messageUpdated').map(({ event_id }) => event_id)).toEqual([again.event_id]);
});
