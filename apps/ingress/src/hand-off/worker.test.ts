/** Workers over a real Redis and before a real server: what the backend has in the end, and in which order. */
import { setTimeout as delay } from 'node:timers/promises';
import { partitionOf } from '@switchboard/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { heldUp, neighbours, openScene, PARTITIONS, type Scene } from '../test/delivery.fixture.ts';

let scene: Scene;
beforeEach(async () => void (scene = await openScene()));
afterEach(async () => {
  expect(scene.backend.problems).toEqual([]);
  await scene.close();
});

const waitFor = { timeout: 10_000, interval: 10 };
const isEmpty = () =>
  expect
    .poll(() => scene.state(), waitFor)
    .toMatchObject({ waiting: 0, parkedEvents: 0, parked: [], deadLetters: 0 });

async function sayTo(...chats: string[]): Promise<Map<string, string[]>> {
  const said = new Map<string, string[]>();
  for (const chat of chats) said.set(chat, [...(said.get(chat) ?? []), await scene.say(chat)]);
  return said;
}

function expectTaken(said: ReadonlyMap<string, string[]>): void {
  for (const [chat, ids] of said) expect(scene.taken(chat)).toEqual(ids);
}

describe('a backend that takes everything', () => {
  test('has all of it, in the order of each chat and in few calls', async () => {
    const [a = '', b = ''] = neighbours(2);
    const said = await sayTo(a, b, a, a, b);
    scene.start('one');
    await isEmpty();
    expectTaken(said);
    expect(scene.backend.calls).toHaveLength(1);
    const late = await sayTo(a);
    await isEmpty();
    expect(scene.taken(a)).toEqual([...said.get(a)!, ...late.get(a)!]);
    expect(scene.backend.repeatedEvents()).toBe(0);
  });

  test('is called at once after a silence, and then for what has gathered', async () => {
    const [chat = ''] = neighbours(1);
    scene.start('one', { times: { gatherMs: 1_500 } });
    await expect.poll(async () => (await scene.state()).holders, waitFor).not.toContain(undefined);
    const first = await sayTo(chat);
    await isEmpty();
    expect(scene.backend.calls).toHaveLength(1);
    const trickle: string[] = [];
    for (let count = 0; count < 10; count += 1) {
      trickle.push(await scene.say(chat));
      await delay(10);
    }
    await isEmpty();
    expect(scene.taken(chat)).toEqual([...first.get(chat)!, ...trickle]);
    // Two, and another one where the machine was slow.
    expect(scene.backend.calls.length).toBeLessThanOrEqual(3);
  });
});

describe('a chat that the backend does not take', () => {
  test('is parked while others go on, and catches up in its order', async () => {
    const [bad = '', good = '', other = ''] = neighbours(3);
    const recovers = scene.backend.script({ chatId: bad, answer: { status: 500 } });
    const said = await sayTo(bad, good, bad, other);
    scene.start('one');
    await expect.poll(() => scene.taken(good).length + scene.taken(other).length, waitFor).toBe(2);
    await expect
      .poll(() => scene.state(), waitFor)
      .toMatchObject({
        waiting: 0,
        parkedEvents: 2,
        parked: [{ chatId: bad, failure: { status: 500, reason: 'status' } }],
      });
    const behind = await sayTo(bad, good, bad);
    await expect.poll(() => scene.taken(good).length, waitFor).toBe(2);
    await expect.poll(() => scene.state(), waitFor).toMatchObject({ waiting: 0, parkedEvents: 4 });
    recovers();
    await isEmpty();
    expect(scene.taken(bad)).toEqual([...said.get(bad)!, ...behind.get(bad)!]);
  });

  test('holds up no other by being slow for longer than its call', async () => {
    const [slow = '', ...others] = neighbours(12);
    const recovers = scene.backend.script({ chatId: slow, answer: { status: 'never' } });
    const said = await sayTo(slow, ...others);
    scene.start('one', { timeoutMs: 1_500 });
    const taken = () => others.flatMap(scene.taken).length;
    await expect.poll(taken, waitFor).toBe(others.length);
    await expect.poll(() => scene.state(), waitFor).toMatchObject({ parkedEvents: 1 });
    const calls = scene.backend.calls.filter(({ chatIds }) => chatIds.includes(slow));
    const tried = Math.max(
      ...scene.backend.calls.slice(0, others.length + 2).map((call) => call.atMs),
    );
    // The batch, and then the chat by itself: the others did not wait for the end of that.
    expect(calls[1]!.chatIds).toEqual([slow]);
    expect(tried).toBeLessThan(calls[1]!.endedMs!);
    recovers();
    await isEmpty();
    expectTaken(said);
  });

  test('is parked also when others only come later', async () => {
    const [bad = '', good = ''] = neighbours(2);
    const recovers = scene.backend.script({ chatId: bad, answer: { status: 503 } });
    const said = await sayTo(bad);
    scene.start('one', { times: { downBackoff: { firstMs: 60_000, maxMs: 60_000 } } });
    await expect.poll(() => scene.backend.calls.length, waitFor).toBeGreaterThan(0);
    await sayTo(good);
    await expect.poll(() => scene.taken(good).length, waitFor).toBe(1);
    await expect.poll(() => scene.state(), waitFor).toMatchObject({ parkedEvents: 1 });
    recovers();
    await isEmpty();
    expectTaken(said);
  });

  test.each([
    { headers: {}, leastMs: 0 },
    { headers: { 'retry-after': '2' }, leastMs: 1_950 },
  ])('is parked when those of other partitions get through, $leastMs ms', async (asked) => {
    const bad = crypto.randomUUID();
    let good = crypto.randomUUID();
    while (partitionOf(good, PARTITIONS) === partitionOf(bad, PARTITIONS))
      good = crypto.randomUUID();
    const recovers = scene.backend.script({
      chatId: bad,
      answer: { status: 503, headers: { ...asked.headers } },
    });
    const said = await sayTo(bad);
    scene.start('one', { times: { downBackoff: { firstMs: 60_000, maxMs: 60_000 } } });
    await expect.poll(() => scene.backend.calls.length, waitFor).toBeGreaterThan(0);
    await sayTo(good);
    await expect.poll(() => scene.state(), waitFor).toMatchObject({ waiting: 0, parkedEvents: 1 });
    recovers();
    await isEmpty();
    expectTaken(said);
    const [first, again] = scene.backend.calls.filter(({ chatIds }) => chatIds.includes(bad));
    expect(again!.atMs - first!.atMs).toBeGreaterThanOrEqual(asked.leastMs);
  });

  test('does not hold up those behind it, however much of it there is', async () => {
    const [bad = '', good = ''] = neighbours(2);
    const recovers = scene.backend.script({ chatId: bad, answer: { status: 500 } });
    const said = await sayTo(...Array.from({ length: 25 }, () => bad), good);
    scene.start('one', { batchMaxEvents: 10 });
    await expect.poll(() => scene.taken(good).length, waitFor).toBe(1);
    recovers();
    await isEmpty();
    expectTaken(said);
  });

  test('loses to the dead letters what is tried for too long, one event after the other', async () => {
    const [bad = '', good = ''] = neighbours(2);
    const recovers = scene.backend.script({ chatId: bad, answer: { status: 500 } });
    const [first = '', second = ''] = (await sayTo(bad, bad, good)).get(bad)!;
    scene.start('one', { retryMaxMs: 200 });
    // It takes from others all the time.
    const talk = setInterval(() => void scene.say(good), 10);
    await expect
      .poll(() => scene.state(), waitFor)
      .toMatchObject({ parkedEvents: 0, deadLetters: 2 });
    clearInterval(talk);
    const { letters } = await scene.bus.outbox.deadLetters({ limit: 10 });
    expect(letters.map(({ frame }) => JSON.parse(frame).event_id)).toEqual([first, second]);
    for (const { attempts, failure, firstMs, lastMs } of letters) {
      expect(attempts).toBeGreaterThanOrEqual(3);
      expect(failure).toEqual({ status: 500, reason: 'status' });
      expect(lastMs - firstMs).toBeGreaterThanOrEqual(200);
    }
    recovers();
    expect(await scene.bus.outbox.replay('all')).toBe(2);
    await isEmpty();
    expect(scene.taken(bad)).toEqual([first, second]);
  });
});

describe('an event that the backend refuses', () => {
  test('becomes a dead letter; all others are delivered', async () => {
    const [a = '', b = ''] = neighbours(2);
    const said = await sayTo(a, b, a, b, a, b, a);
    const refused = said.get(a)![1]!;
    const takes = scene.backend.script({
      answer: ({ body }) =>
        body.events.some(({ event_id: id }: { event_id: string }) => id === refused)
          ? { status: 422, body: { code: 'unknown_chat', message: 'No such chat' } }
          : undefined,
    });
    scene.start('one');
    await expect.poll(() => scene.state(), waitFor).toMatchObject({ waiting: 0, deadLetters: 1 });
    expect(scene.taken(a)).toEqual(said.get(a)!.filter((id) => id !== refused));
    expect(scene.taken(b)).toEqual(said.get(b));
    const { letters } = await scene.bus.outbox.deadLetters({ limit: 10 });
    expect(letters).toMatchObject([
      {
        chatId: a,
        attempts: 1,
        failure: { status: 422, reason: 'unknown_chat: No such chat' },
      },
    ]);
    takes();
    await scene.bus.outbox.replay({ ids: [letters[0]!.id] });
    await isEmpty();
    expect(scene.taken(a).at(-1)).toBe(refused);
  });
});

describe('a backend that is away', () => {
  test('has everything when it is back, and nothing was parked or given up for it', async () => {
    const chats = neighbours(6);
    await scene.backend.die();
    const said = await sayTo(...chats, ...chats);
    scene.start('one', { retryMaxMs: 1 });
    await delay(500);
    expect(await scene.state()).toMatchObject({ waiting: 12, parked: [], deadLetters: 0 });
    await scene.backend.revive();
    await isEmpty();
    expectTaken(said);
  });

  test('gives up nothing of a chat that was parked before, and asks it again soon', async () => {
    const [bad = '', good = ''] = neighbours(2);
    const recovers = scene.backend.script({ chatId: bad, answer: { status: 500 } });
    const said = await sayTo(bad, good);
    scene.start('one', {
      retryMaxMs: 1,
      times: { parkedBackoff: { firstMs: 20, maxMs: 3_600_000 } },
    });
    await expect.poll(() => scene.state(), waitFor).toMatchObject({ parkedEvents: 1 });
    const outage = scene.backend.script({ answer: { status: 'reset' } });
    recovers();
    const before = scene.backend.calls.length;
    await delay(1_000);
    expect(await scene.state()).toMatchObject({ parkedEvents: 1, deadLetters: 0 });
    expect(scene.backend.calls.length - before).toBeGreaterThan(3);
    outage();
    await isEmpty();
    expectTaken(said);
  });

  test('is left alone for as long as it asks', async () => {
    const chats = neighbours(3);
    const back = scene.backend.script({
      answer: { status: 429, headers: { 'retry-after': '1' } },
    });
    await sayTo(...chats);
    scene.start('one');
    await expect.poll(() => scene.backend.calls.length, waitFor).toBe(1);
    back();
    await isEmpty();
    const [first, second] = scene.backend.calls;
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(950);
  });
});

describe('several workers', () => {
  const holdersOf = async () => {
    const { holders } = await scene.state();
    const byHolder = [...Map.groupBy(holders, String)];
    return Object.fromEntries(byHolder.map(([holder, { length }]) => [holder, length]));
  };

  test('share the partitions, and take over from one that stops', async () => {
    const one = scene.start('one');
    await expect.poll(holdersOf, waitFor).toEqual({ one: PARTITIONS });
    const two = scene.start('two');
    await expect.poll(holdersOf, waitFor).toEqual({ one: PARTITIONS / 2, two: PARTITIONS / 2 });
    expect([one.size, two.size]).toEqual([2, 2]);
    await one.stop();
    await expect.poll(holdersOf, waitFor).toEqual({ two: PARTITIONS });
    const chats = Array.from({ length: 20 }, () => crypto.randomUUID());
    const said = await sayTo(...chats);
    await isEmpty();
    expectTaken(said);
  });

  test('never ask one another for what is under way when one of them stops', async () => {
    const [chat = ''] = neighbours(1);
    scene.backend.script({ times: 1, answer: { headAfterMs: 300 } });
    const one = scene.start('one');
    const said = await sayTo(chat);
    await expect.poll(() => scene.backend.calls.length, waitFor).toBe(1);
    scene.start('two');
    await one.stop();
    await isEmpty();
    expectTaken(said);
    expect(scene.backend.calls).toHaveLength(1);
  });

  test('go on where one is held up beyond its lease, which then does nothing more', async () => {
    const [chat = ''] = neighbours(1);
    const first = heldUp(scene.bus.outbox);
    const errors: unknown[] = [];
    const one = scene.start('one', {
      through: () => first.outbox,
      onError: (error) => void errors.push(error),
    });
    await expect.poll(() => one.size, waitFor).toBe(PARTITIONS);
    scene.backend.script({ times: 1, answer: { headAfterMs: 100 } });
    const said = await sayTo(chat);
    await expect.poll(() => scene.backend.calls.length, waitFor).toBe(1);
    first.holdUp();
    scene.start('two');
    const partition = partitionOf(chat, PARTITIONS);
    await expect.poll(async () => (await scene.state()).holders[partition], waitFor).toBe('two');
    await isEmpty();
    const calls = scene.backend.calls.length;
    // It was told the same batch twice, and can tell by the key.
    expect(scene.backend.calls[1]).toMatchObject({ repeats: 1 });
    first.goOn();
    await expect.poll(() => errors.map(String).join(), waitFor).toContain('OutboxLeaseLost');
    await isEmpty();
    expect(scene.backend.calls).toHaveLength(calls);
    expectTaken(said);
    await expect.poll(holdersOf, waitFor).toEqual({ one: PARTITIONS / 2, two: PARTITIONS / 2 });
  });
});
