/**
 * Random chats, moods of the backend and ends of workers, over a real Redis: what was written is in the end with
 * the backend or among the dead letters, in the order of each chat. `DELIVERY_SEED=7 vitest run …` repeats one.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { HookCall, HookReply } from '@switchboard/hooks';
import { openBus, type Bus } from '@switchboard/bus';
import { messageAdded } from '@switchboard/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heldUp } from '../test/delivery.fixture.ts';
import type { DeliveryTimes } from './times.ts';
import { startWorker, type Worker } from './worker.ts';

const times: DeliveryTimes = {
  leaseMs: 400,
  renewMs: 50,
  shareMs: 10,
  idleMs: 5,
  gatherMs: 1,
  downBackoff: { firstMs: 2, maxMs: 10 },
  parkedBackoff: { firstMs: 2, maxMs: 10 },
  retryAfterMaxMs: 5,
  downRetryAfterMaxMs: 5,
  finishMs: 50,
};

/** What goes on, one after the other. */
type Turn =
  | { readonly kind: 'say'; readonly chat: number; readonly count: number }
  /** Of a chat: 0: it takes all; else with this status, or without any answer. */
  | { readonly kind: 'mood'; readonly chat: number; readonly status: number }
  /** Takes nothing from anybody, or all again. */
  | { readonly kind: 'outage'; readonly isOut: boolean }
  /** Takes what it is told, and says nothing. */
  | { readonly kind: 'silence'; readonly calls: number }
  | { readonly kind: 'stop'; readonly worker: number }
  /** Is held up until its leases are over, and goes on later. */
  | { readonly kind: 'holdUp'; readonly worker: number }
  | { readonly kind: 'replay' }
  | { readonly kind: 'pause'; readonly ms: number };

const CHATS = 5;
const WORKERS = 3;
const chat = fc.nat(CHATS - 1);
const worker = fc.nat(WORKERS - 1);
const turn: fc.Arbitrary<Turn> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('say'), chat, count: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('mood'),
      chat,
      status: fc.constantFrom(0, 0, 422, 500, 503),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('outage'), isOut: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('silence'), calls: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop'), worker }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('holdUp'), worker }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replay') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pause'), ms: fc.nat(40) }) },
) as fc.Arbitrary<Turn>;

interface Frame {
  readonly event_id: string;
  readonly chat_id: string;
}

/** A customer's backend: what it has, and when it had each event for the first time. */
function createBackend() {
  const taken = new Map<string, Frame>();
  const bodies = new Map<string, string>();
  const moods = new Map<string, number>();
  const state = { isOut: false, silentCalls: 0 };
  const answered = (status: number): HookReply => ({
    kind: 'answered',
    status,
    content: { kind: 'none' },
  });
  return {
    taken,
    moods,
    state,
    async call({ body, idempotencyKey, signal }: HookCall): Promise<HookReply> {
      await delay(Math.random() * 5);
      if (signal?.aborted) return { kind: 'failed', why: 'aborted', error: 'aborted' };
      expect(bodies.get(idempotencyKey) ?? body).toBe(body);
      bodies.set(idempotencyKey, body);
      const { events } = JSON.parse(body) as { events: Frame[] };
      if (state.isOut) return { kind: 'failed', why: 'network', error: 'ECONNREFUSED' };
      const statuses = events.map(({ chat_id: id }) => moods.get(id) ?? 0);
      const bad = statuses.find((status) => status !== 0);
      if (bad !== undefined) return answered(bad);
      for (const frame of events) if (!taken.has(frame.event_id)) taken.set(frame.event_id, frame);
      if (state.silentCalls === 0) return answered(204);
      state.silentCalls -= 1;
      return { kind: 'failed', why: 'timeout', error: 'timeout' };
    },
  };
}

interface Post {
  worker: Worker;
  through: ReturnType<typeof heldUp>;
}

async function run(turns: readonly Turn[], bus: Bus, newId: () => string): Promise<void> {
  const chats = Array.from({ length: CHATS }, newId);
  const backend = createBackend();
  const said = new Map(chats.map((id) => [id, [] as string[]]));
  const posts: Post[] = [];
  const refused = new Set<string>();

  const start = (index: number) => {
    const through = heldUp(bus.outbox);
    const started = startWorker({
      workerId: `worker-${index}-${newId()}`,
      outbox: through.outbox,
      caller: backend,
      timeoutMs: 1_000,
      batchMaxEvents: 7,
      retryMaxMs: 86_400_000,
      times,
      monotonicMs: () => performance.now(),
      nowMs: bus.now,
      random: Math.random,
      onCall: () => undefined,
      onError: () => undefined,
      measurements: {
        delivered: () => undefined,
        parked: () => undefined,
        buried: ({ frame }) => void refused.add((JSON.parse(frame) as Frame).event_id),
      },
    });
    posts[index] = { worker: started, through };
  };
  const say = async (chatId: string) => {
    const eventId = newId();
    const message = { id: eventId, chat_id: chatId, type: 'standard', text: 'x' } as const;
    const event = messageAdded(message, { eventId, ts: new Date().toISOString() });
    await bus.log.append({ event, deadlineMs: 3_000, outbox: 'messages' });
    said.get(chatId)!.push(eventId);
  };
  const take = async (each: Turn): Promise<unknown> => {
    switch (each.kind) {
      case 'say':
        for (let i = 0; i < each.count; i += 1) await say(chats[each.chat]!);
        return;
      case 'mood':
        return backend.moods.set(chats[each.chat]!, each.status);
      case 'outage':
        return (backend.state.isOut = each.isOut);
      case 'silence':
        return (backend.state.silentCalls = each.calls);
      case 'stop':
        posts[each.worker]!.through.goOn();
        await posts[each.worker]!.worker.stop();
        return start(each.worker);
      case 'holdUp': {
        const { through } = posts[each.worker]!;
        through.holdUp();
        return setTimeout(through.goOn, times.leaseMs * (1 + Math.random()));
      }
      case 'replay':
        return bus.outbox.replay('all');
      case 'pause':
        return delay(each.ms);
    }
  };
  const isDelivered = async () => {
    const states = await bus.outbox.states();
    const left = states.reduce((sum, state) => sum + state.waiting + state.parkedEvents, 0);
    const dead = states.reduce((sum, state) => sum + state.deadLetters, 0);
    if (dead > 0) await bus.outbox.replay('all');
    return left + dead === 0;
  };

  for (let index = 0; index < WORKERS; index += 1) start(index);
  for (const each of turns) await take(each);
  backend.moods.clear();
  Object.assign(backend.state, { isOut: false, silentCalls: 0 });
  await expect.poll(isDelivered, { timeout: 40_000, interval: 10 }).toBe(true);
  for (const { through } of posts) through.goOn();
  await Promise.all(posts.map(({ worker: each }) => each.stop()));

  const order = [...backend.taken.values()];
  for (const [chatId, ids] of said) {
    const told = order.filter(({ chat_id: id }) => id === chatId).map(({ event_id: id }) => id);
    // Nothing is missing, nothing is there that was not said.
    expect(new Set(told)).toEqual(new Set(ids));
    // What was refused for a time came when it was replayed; all others came in their order.
    const neverRefused = (id: string) => !refused.has(id);
    expect(told.filter(neverRefused)).toEqual(ids.filter(neverRefused));
  }
}

const seed = Number(process.env['DELIVERY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const numRuns = Number(process.env['DELIVERY_RUNS'] ?? 10);

test(`nothing is lost or out of order, whatever happens (seed ${seed})`, async () => {
  const newId = () => crypto.randomUUID();
  const property = fc.asyncProperty(
    fc.array(turn, { minLength: 15, maxLength: 50 }),
    async (turns) => {
      const bus = await openBus({
        redisUrl: process.env['REDIS_URL'] ?? '',
        keyPrefix: `t${newId()}:`,
        partitions: 3,
        clientName: 'test',
        onWarning: () => undefined,
        outbox: { kinds: new Set(['messages']), maxEvents: 100_000, maxAgeMs: 86_400_000 },
      });
      try {
        await run(turns, bus, newId);
      } finally {
        await bus.close();
      }
    },
  );
  const { counterexample, errorInstance } = await fc.check(property, {
    seed,
    numRuns,
    endOnFailure: true,
  });
  expect({ counterexample, errorInstance }).toEqual({ counterexample: null, errorInstance: null });
}, 120_000);
