/**
 * The chain under random faults, over real Redis: whatever is dropped, doubled, delayed, rolled
 * back, trimmed or wiped, a follower either has every event of the log's present history once and
 * in order, or was told that it lost its position.
 */
import { expect, test } from 'vitest';
import { type LogFixture, openLogFixture, record, roomEvent, until } from './log.fixture.ts';
import type { MessageHandler } from '../redis/subscriber.ts';

const EPISODES = 500;
const STEPS = 40;
const EPISODE_CONCURRENCY = 25;

/** Mulberry32: a seeded run can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A channel that drops, doubles and delays, but keeps its order (as pub/sub does). */
function createBadChannel(random: () => number) {
  let perfect = false;
  let held: (() => void)[] = [];
  const release = () => {
    const due = held;
    held = [];
    for (const pass of due) pass();
  };
  return {
    tamper(message: Buffer, pass: MessageHandler) {
      if (perfect) return pass(message);
      const luck = random();
      if (luck < 0.1) return;
      held.push(() => pass(message));
      if (luck > 0.95) held.push(() => pass(message));
      if (luck < 0.8) release();
    },
    release,
    becomePerfect: () => {
      perfect = true;
      release();
    },
  };
}

interface Accepted {
  readonly text: string;
  readonly position: string;
  /** The event before it in the history that it was written to; -1 at a beginning. */
  readonly parent: number;
  /** False once a fault took it back. */
  present: boolean;
}

async function episode(seed: number): Promise<string[]> {
  const random = seeded(seed);
  const channel = createBadChannel(random);
  const fixture = await openLogFixture({
    tamper: channel.tamper,
    limits: { readMaxEvents: 5 },
    prefix: `t${seed}-${crypto.randomUUID()}:`,
  });
  const chatId = `chat ${seed}`;
  const accepted: Accepted[] = [];
  const recorder = record();
  const { seen } = recorder;
  const follow = fixture.log.followRoom(chatId, {
    ...recorder,
    lost: () => void seen.push(`LOST ${follow.position}`),
  });
  await follow.ready;

  const add = async () => {
    const text = `${accepted.length}`;
    const outcome = await fixture.log.append({ event: roomEvent(chatId, text), deadlineMs: 5_000 });
    if (outcome.kind !== 'appended') throw new Error(outcome.kind);
    accepted.push({
      text,
      position: outcome.position,
      parent: accepted.findLastIndex((event) => event.present),
      present: true,
    });
  };
  for (let step = 0; step < STEPS; step++) {
    if (random() < 0.85) await add();
    else await fault(fixture, chatId, accepted, random, add);
    if (random() < 0.2) follow.check();
    if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  channel.becomePerfect();
  // What the quiet check does: compare with the log until nothing is missing.
  await add();
  const end = accepted.at(-1)!.position;
  await until(() => {
    if (follow.position !== end) follow.check();
    return follow.position === end;
  }, `episode ${seed}: the end of the log`);
  await fixture.close();
  return unnoticed(accepted, seen);
}

async function fault(
  { redis, keys }: LogFixture,
  chatId: string,
  accepted: Accepted[],
  random: () => number,
  add: () => Promise<void>,
): Promise<void> {
  const [log, state] = [keys.log(chatId), keys.state(chatId)];
  const luck = random();
  if (luck < 0.4) {
    // A replica without the last writes is promoted: the same keys, some entries ago.
    const before = [await redis.dumpBuffer(log), await redis.dumpBuffer(state)];
    const kept = accepted.length;
    for (let i = 0; i < 1 + random() * 3; i++) await add();
    await restore(redis, [log, state], before);
    for (const event of accepted.slice(kept)) event.present = false;
  } else if (luck < 0.6) {
    await redis.xtrim(log, 'MAXLEN', Math.floor(random() * 4));
  } else if (luck < 0.75) {
    await redis.del(log);
  } else if (luck < 0.9) {
    await redis.del(log, state);
    for (const event of accepted) event.present = false;
  } else {
    // The clock stepped back: ids go on from a newest one that lies in the future.
    await redis.call('XSETID', log, `${Date.now() + 60_000}-0`).catch(() => undefined);
  }
}

async function restore(
  redis: LogFixture['redis'],
  names: string[],
  dumps: (Buffer | null)[],
): Promise<void> {
  for (const [i, name] of names.entries()) {
    await redis.del(name);
    const dump = dumps[i];
    if (dump) await redis.restore(name, 0, dump);
  }
}

/** From one LOST (which names where it goes on) to the next: no gap, no repeat, no disorder, up to the end. */
function unnoticed(accepted: readonly Accepted[], seen: readonly string[]): string[] {
  const errors: string[] = [];
  let previous = -1;
  for (const entry of seen) {
    if (entry.startsWith('LOST ')) {
      previous = accepted.findIndex((event) => event.position === entry.slice('LOST '.length));
      continue;
    }
    const index = Number(entry);
    if (accepted[index]?.parent !== previous) errors.push(`${previous} -> ${index}`);
    previous = index;
  }
  if (previous !== accepted.length - 1)
    errors.push(`ends at ${previous} of ${accepted.length - 1}`);
  return errors;
}

test(`nothing goes unnoticed in ${EPISODES} random episodes`, { timeout: 120_000 }, async () => {
  const first = Number(process.env['CHAIN_SEED'] ?? 1);
  const failures: string[] = [];
  for (let seed = first; seed < first + EPISODES; seed += EPISODE_CONCURRENCY) {
    const seeds = Array.from({ length: EPISODE_CONCURRENCY }, (_, i) => seed + i);
    const results = await Promise.all(seeds.map(episode));
    results.forEach((errors, i) =>
      failures.push(...errors.map((error) => `seed ${seeds[i]}: ${error}`)),
    );
  }
  expect(failures).toEqual([]);
});
