/** Redis as an earlier version left it, all of whose processes have ended: what they wrote is read and goes on. */
import { startCluster, startRedis, type Cluster } from '@switchboard/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBackend, type Backend } from '../backend.ts';
import { createCast, type Cast, type Player } from '../cast.ts';
import { readRecording, restoreKeys, type Reader } from './recording.ts';

const { chatId, keyPrefix, since, missed, last, keys } = await readRecording();
const endings: (() => Promise<void>)[] = [];
let backend: Backend;
let cast: Cast;

beforeAll(async () => {
  const redis = await startRedis();
  endings.push(redis.stop);
  await restoreKeys(redis.client(), keys);
  const cluster: Cluster = await startCluster({ redisUrl: redis.url, keyPrefix, edges: 1 });
  endings.push(cluster.stop);
  const { apiToken, ingress } = cluster;
  backend = createBackend(() => ({ url: ingress.url, apiToken }));
  cast = createCast(
    () => cluster,
    (kind) => kind,
  );
  endings.push(cast.leave);
});
afterAll(async () => {
  for (const end of endings.toReversed()) await end();
});

const loggedIds = ({ frames }: Player): string[] =>
  frames.flatMap(({ event_id: id, position }) => (id && position ? [id] : []));

test('whoever comes back gets what was missed, once and in order, and is live', async () => {
  // All of them before anything is new.
  const back: Record<Reader, Player> = {
    visitor: await cast.visitor(chatId, { query: { since: since.visitor } }),
    operator: await cast.operator(chatId, { query: { since: since.operator } }),
    desk: await cast.desk({ query: { since: since.desk } }),
  };
  for (const player of Object.values(back)) await player.next('caughtUp');
  const { event_id: id } = await backend.say(chatId);
  for (const [reader, player] of Object.entries(back)) {
    await player.next(({ event_id: heard }) => heard === id);
    expect(player.connected.data.resumed).toBe(true);
    expect(loggedIds(player)).toEqual([...missed[reader as Reader], id]);
  }
});

test('a message of before is known: posted again it is not told again, and it can be edited', async () => {
  const visitor = await cast.visitor(chatId);
  const again = await backend.say(chatId, { id: last.id });
  expect(again).toMatchObject({ event_id: last.eventId, duplicate: true });
  await backend.put('/message', { id: last.id, chat_id: chatId, text: 'Edited' });
  const { data } = await visitor.next('messageUpdated');
  expect(data.message).toMatchObject({ id: last.id, text: 'Edited' });
  expect(visitor.all('messageAdded')).toEqual([]);
});

test('what a client has sent is answered again as it was then', async () => {
  const visitor = await cast.visitor(chatId);
  const mine = { client_message_id: 'mine', text: 'Thank you' };
  visitor.sendFrame('sendMessage', mine, 'again');
  const answer = await visitor.next(({ request_id: id }) => id === 'again');
  expect(answer).toMatchObject({ event: 'messageAdded', data: { message: mine } });
  expect(missed.visitor).toContain(answer.event_id);
});
