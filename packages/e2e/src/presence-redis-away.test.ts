/**
 * Redis stands still for longer than a lease. That is no death of anybody: nobody is told as gone, and
 * all are listed in the first answer after it. An edge that did die meanwhile is found a lease later.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  gatherCrowd,
  isClean,
  mintToken,
  openPresenceBook,
  startRedis,
  type Crowd,
} from '@switchboard/testkit';
import { afterAll, expect, test } from 'vitest';
import { askOnlineUsers } from './online-watch.ts';
import { noteTold } from './note-told.ts';
import { raiseStage } from './stage.ts';

const redis = await startRedis();
afterAll(() => redis.stop());
const stage = raiseStage({ edges: 3, redisUrl: redis.url, concurrent: true });
const crowds: Crowd[] = [];
afterAll(() => {
  for (const crowd of crowds) crowd.scatter();
});

const leaseMs = 10_000;
const patienceMs = 40_000;
const room = 'room';
const desk = 'the desk';
const [witnessed, other, doomed] = [0, 1, 2] as const;

const users = (edge: number): string[] =>
  Array.from({ length: 30 }, (_, index) => `u-${edge}-${index}`);

/** Each is a visitor in the room and an operator at the desk. */
const gather = async (edge: number): Promise<void> => {
  const { authSecret, edges } = stage.cluster;
  const { url } = edges[edge]!;
  const members = users(edge).map(async (sub) => [
    {
      url,
      path: '/chat',
      token: await mintToken(authSecret, { sub, role: 'client', chat_id: room }),
    },
    { url, path: '/broadcast', token: await mintToken(authSecret, { sub, role: 'operator' }) },
  ]);
  crowds.push(await gatherCrowd((await Promise.all(members)).flat()));
};

const online = async (): Promise<string[]> =>
  (await askOnlineUsers(stage.cluster, stage.cluster.ingress.url))
    .map(({ operator_user }) => operator_user.id)
    .filter((id) => id.startsWith('u-'))
    .toSorted();

test('nobody dies of it, and the dead are found afterwards', async () => {
  const inRoom = await stage.cast.operator(room, { edge: witnessed, id: 'witness-room' });
  const atDesk = await stage.cast.desk({ edge: witnessed, id: 'witness-desk' });
  for (const edge of [witnessed, other, doomed]) await gather(edge);
  const living = [...users(witnessed), ...users(other)];
  await expect.poll(online, { timeout: 5_000 }).toEqual([...living, ...users(doomed)].toSorted());

  const findings = () => {
    const book = openPresenceBook();
    for (const place of [room, desk]) {
      for (const user of living) book.expect({ place, user, expected: ['came'] });
      for (const user of users(doomed)) book.expect({ place, user, expected: ['came', 'went'] });
    }
    noteTold(book, room, inRoom.frames);
    noteTold(book, desk, atDesk.frames);
    return book.reconcile();
  };

  const seen: string[][] = [];
  const look = async () => {
    const answer = await online().catch(() => undefined);
    if (answer !== undefined) seen.push(answer);
  };
  await redis.kill('SIGSTOP');
  await delay(leaseMs / 2);
  stage.cluster.edges[doomed]!.kill('SIGKILL');
  await delay(leaseMs / 2 + 2_000);
  // Nobody can be told who is online now; what comes of it is that the process knows of the outage.
  await look();
  expect(seen).toEqual([]);
  await redis.kill('SIGCONT');
  await expect
    .poll(
      async () => {
        await look();
        return isClean(findings());
      },
      { timeout: patienceMs, interval: 200 },
    )
    .toBe(true);
  await delay(2_000);
  expect(findings()).toEqual(openPresenceBook().reconcile());
  expect(seen.length).toBeGreaterThan(0);
  for (const answer of seen) expect(answer).toEqual(expect.arrayContaining(living));
  expect(await online()).toEqual(living.toSorted());
}, 120_000);
