/**
 * Edges that die with a thousand operators and a thousand visitors, two at once; the edge that cleans
 * up dies in the middle of it, and one that was only stopped comes back. Every user of whom a room or
 * the desk was told, and every answer of /online-users, is held against what happened.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  gatherCrowd,
  isClean,
  mintToken,
  openPresenceBook,
  startRedis,
  type Crowd,
  type PresenceBook,
} from '@switchboard/testkit';
import { afterAll, expect, test } from 'vitest';
import { noteTold } from './note-told.ts';
import { askOnlineUsers, watchOnlineUsers, type OnlineAnswer } from './online-watch.ts';
import { raiseStage } from './stage.ts';

const redis = await startRedis();
afterAll(() => redis.stop());
const stage = raiseStage({ edges: 5, ingresses: 2, redisUrl: redis.url, concurrent: true });
const crowds: Crowd[] = [];
afterAll(() => {
  for (const crowd of crowds) crowd.scatter();
});

const leaseMs = 10_000;
const patienceMs = 40_000;
const [crowded, other, cleaner, survivor, zombie] = [0, 1, 2, 3, 4] as const;
const rooms = Array.from({ length: 20 }, (_, index) => `room-${index}`);
const roomOf = (number: number): string => rooms[number % rooms.length]!;
const desk = 'the desk';

/** A visitor in its room and an operator at the desk, by number: `v-5` in `room-5`, `o-5`. */
const span = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index);
/** Visitors and operators by the edge that they are on. */
const numbers = {
  [crowded]: span(0, 1000),
  [other]: span(1000, 60),
  [cleaner]: span(1100, 40),
  [survivor]: span(1200, 40),
  [zombie]: span(1300, 40),
};
/** On the crowded edge, with another tab on the edge that survives; and back there after the death. */
const withAnotherTab = span(0, 40);
const returning = span(40, 40);

const gather = async (edge: number, who: readonly number[]): Promise<void> => {
  const { authSecret, edges } = stage.cluster;
  const { url } = edges[edge]!;
  const visitors = who.map(async (number) => {
    const claims = { sub: `v-${number}`, role: 'client', chat_id: roomOf(number) } as const;
    return { url, path: '/chat', token: await mintToken(authSecret, claims) };
  });
  const operators = who.map(async (number) => {
    const claims = { sub: `o-${number}`, role: 'operator' } as const;
    return { url, path: '/broadcast', token: await mintToken(authSecret, claims) };
  });
  crowds.push(await gatherCrowd(await Promise.all([...visitors, ...operators])));
};

/** A witness in every room and one at the desk; what they are told goes into the book. */
const placeWitnesses = async (): Promise<() => PresenceBook> => {
  const inRooms = await Promise.all(
    rooms.map((room) => stage.cast.operator(room, { edge: survivor, id: `witness-${room}` })),
  );
  const atDesk = await stage.cast.desk({ edge: survivor, id: 'witness-desk' });
  return () => {
    const book = openPresenceBook();
    for (const [index, { frames }] of inRooms.entries()) noteTold(book, rooms[index]!, frames);
    noteTold(book, desk, atDesk.frames);
    return book;
  };
};

/** What each place has to be told in the end. */
const expectAll = (book: PresenceBook): PresenceBook => {
  const expectOf = (who: readonly number[], expected: readonly ('came' | 'went')[]) => {
    for (const number of who) {
      book.expect({ place: roomOf(number), user: `v-${number}`, expected });
      book.expect({ place: desk, user: `o-${number}`, expected });
    }
  };
  const stays = new Set([...withAnotherTab, ...returning]);
  const isLost = (number: number) => !stays.has(number);
  expectOf(numbers[crowded].filter(isLost), ['came', 'went']);
  expectOf([...numbers[other], ...numbers[cleaner]], ['came', 'went']);
  expectOf([...stays, ...numbers[survivor]], ['came']);
  expectOf(numbers[zombie], ['came', 'went', 'came']);
  return book;
};

const nodeOf = async (operator: string): Promise<string> => {
  const [session] = await askOnlineUsers(
    stage.cluster,
    stage.cluster.ingress.url,
    `?operator_id=${operator}`,
  );
  return session!.node;
};

const partitions = span(0, 16);

/** Kills the cleaner as soon as it has begun with the node, while the survivor cannot help; both die in the middle. */
const killCleanerAtWork = async (
  deadNode: string,
): Promise<{ killedMs: number; sessionsLeft: number }> => {
  const client = redis.client();
  const { keyPrefix, edges } = stage.cluster;
  const sessionsOf = (partition: number) => `${keyPrefix}{${partition}}:node:${deadNode}`;
  edges[survivor]!.kill('SIGSTOP');
  while ((await client.hexists(sessionsOf(0), '#dead')) === 0) await delay(1);
  const killedMs = performance.now();
  edges[cleaner]!.kill('SIGKILL');
  await edges[cleaner]!.exited;
  const left = await Promise.all(partitions.map((partition) => client.hlen(sessionsOf(partition))));
  edges[survivor]!.kill('SIGCONT');
  return { killedMs, sessionsLeft: left.reduce((sum, count) => sum + count, 0) };
};

/** When each death was, by `performance.now()`. */
interface Deaths {
  killedMs: number;
  cleanerKilledMs: number;
  /** When the zombie went on. */
  resumedMs: number;
}

const here = [...numbers[survivor], ...withAnotherTab];

/** Nobody who is there is ever missing, and nobody who died is listed a lease later, by no ingress. */
const judge = (answers: readonly OnlineAnswer[], deaths: Deaths): void => {
  const { killedMs, cleanerKilledMs, resumedMs } = deaths;
  const gone = (who: readonly number[], fromMs: number, untilMs = Infinity) =>
    who.map((number) => ({ id: `o-${number}`, fromMs: fromMs + leaseMs, untilMs }));
  const dead = [
    ...gone(numbers[crowded].slice(withAnotherTab.length + returning.length), killedMs),
    ...gone(numbers[other], killedMs),
    ...gone(numbers[cleaner], cleanerKilledMs),
    ...gone(numbers[zombie], killedMs, resumedMs),
  ];
  for (const { ingress, askedMs, answeredMs, operatorIds } of answers) {
    const atMs = Math.round(askedMs - killedMs);
    const missing = here.filter((number) => !operatorIds.has(`o-${number}`));
    const listed = dead.filter(
      ({ id, fromMs, untilMs }) => askedMs > fromMs && answeredMs < untilMs && operatorIds.has(id),
    );
    expect({ ingress, atMs, missing, listed }).toEqual({ ingress, atMs, missing: [], listed: [] });
  }
  const late = answers.filter(({ askedMs }) => askedMs > killedMs + leaseMs);
  expect(new Set(late.map(({ ingress }) => ingress)).size).toBe(2);
};

const expectEnd = async (zombieNode: string): Promise<void> => {
  const left = [...here, ...returning, ...numbers[zombie]];
  for (const { url } of stage.cluster.ingresses) {
    const online = await askOnlineUsers(stage.cluster, url);
    expect(online.map(({ operator_user }) => operator_user.id).toSorted()).toEqual(
      ['witness-desk', ...left.map((number) => `o-${number}`)].toSorted(),
    );
    expect(online.map(({ node }) => node)).not.toContain(zombieNode);
  }
  for (const room of rooms) {
    const members = await stage.backend.get(`/chats/${room}/members`);
    const ids = members.map(({ user }: { user: { id: string } }) => user.id);
    const visitors = left.filter((number) => roomOf(number) === room);
    expect(ids.toSorted()).toEqual(
      [`witness-${room}`, ...visitors.map((number) => `v-${number}`)].toSorted(),
    );
  }
};

test('the dead are gone within the lease and told once, and nobody else is', async () => {
  const { cluster } = stage;
  const readBook = await placeWitnesses();
  const findings = () => expectAll(readBook()).reconcile();
  for (const edge of [crowded, other, cleaner, survivor, zombie]) await gather(edge, numbers[edge]);
  await gather(survivor, withAnotherTab);
  const [crowdedNode, zombieNode] = [await nodeOf('o-999'), await nodeOf('o-1300')];
  const watch = watchOnlineUsers(cluster, 100);
  await delay(1_000);

  const killedMs = performance.now();
  for (const edge of [crowded, other]) cluster.edges[edge]!.kill('SIGKILL');
  cluster.edges[zombie]!.kill('SIGSTOP');
  await gather(survivor, returning);
  await delay(Math.max(0, killedMs + 6_000 - performance.now()));
  const atWork = await killCleanerAtWork(crowdedNode);
  expect(atWork.sessionsLeft).toBeGreaterThan(100);

  const isZombieToldGone = () => !findings().ghosts.some((ghost) => /^[vo]-13/u.test(ghost));
  await expect.poll(isZombieToldGone, { timeout: patienceMs, interval: 500 }).toBe(true);
  const resumedMs = performance.now();
  cluster.edges[zombie]!.kill('SIGCONT');
  await expect.poll(() => isClean(findings()), { timeout: patienceMs, interval: 500 }).toBe(true);
  // Whoever cleans up a second time would have told it by now.
  await delay(2_000);
  expect(findings()).toEqual(openPresenceBook().reconcile());
  judge(await watch.stop(), { killedMs, cleanerKilledMs: atWork.killedMs, resumedMs });
  await expectEnd(zombieNode);
}, 180_000);
