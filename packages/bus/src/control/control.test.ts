import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BusEvent, Control, ControlCommand, FollowListener } from '../contract.ts';
import {
  type Edge,
  type PresenceFixture,
  openPresenceFixture,
} from '../presence/presence.fixture.ts';
import { type CommandHandler, createControl } from './control.ts';

const opened: PresenceFixture[] = [];
let fixture: PresenceFixture;
let one: Edge;
let two: Edge;

beforeAll(async () => void (fixture = await openFixture()));
beforeEach(async () => {
  await fixture.redis.unlink(fixture.keys.nodes());
  one = await fixture.enteredEdge(`one-${crypto.randomUUID()}`);
  two = await fixture.enteredEdge(`two-${crypto.randomUUID()}`);
});
afterAll(() => Promise.all(opened.map((each) => each.close())));

async function openFixture(): Promise<PresenceFixture> {
  const made = await openPresenceFixture();
  opened.push(made);
  return made;
}

/** A control log in memory: order, ids and listeners as the real one has them. */
function createMemoryLog() {
  const listeners = new Set<FollowListener>();
  let events = 0;
  return {
    lose: () => listeners.forEach((listener) => listener.lost()),
    tell: (payload: string) =>
      listeners.forEach((listener) => listener.event(eventOf(`e${events}`, payload))),
    async append(payload: string) {
      const eventId = `e${events++}-${crypto.randomUUID()}`;
      setImmediate(() =>
        listeners.forEach((listener) => listener.event(eventOf(eventId, payload))),
      );
      return eventId;
    },
    follow(listener: FollowListener) {
      listeners.add(listener);
      const none = () => Promise.reject(new Error('nobody replays control'));
      return {
        position: '0',
        ready: Promise.resolve(),
        replayFrom: none,
        replayHistory: none,
        messageTimes: none,
        check: () => undefined,
        close: () => void listeners.delete(listener),
      };
    },
  };
}

function eventOf(eventId: string, payload: string): BusEvent {
  return { name: 'control', eventId, audience: 'all', routing: '-', frame: Buffer.from(payload) };
}

type MemoryLog = ReturnType<typeof createMemoryLog>;

function controlOf(log: MemoryLog, edge?: Edge, warnings: string[] = []): Control {
  return createControl({
    redis: fixture.redis,
    keys: fixture.keys,
    livingNodes: (edge ?? one).livingNodes,
    nodeId: () => edge?.lease.nodeId,
    appendControl: log.append,
    followControl: log.follow,
    deadlineMs: 2_000,
    monotonicMs: () => performance.now(),
    onWarning: (message) => void warnings.push(message),
  });
}

const holder = (tokenId: string) => ({ tokenId, userId: 'ann', knownSinceMs: 0 });

const disconnect: ControlCommand = { kind: 'disconnect', userId: '5', revoke: false };

describe('commands', () => {
  test('every follower gets every command in order', async () => {
    const log = createMemoryLog();
    const received: string[][] = [[], []];
    for (const [i, edge] of [one, two].entries()) {
      await controlOf(log, edge).follow(
        (command) => received[i]?.push((command as { nodeId: string }).nodeId) ?? 0,
      );
    }
    const sender = controlOf(log);
    for (let i = 0; i < 50; i++) await sender.send({ kind: 'drain', nodeId: `${i}` });
    await new Promise((resolve) => setTimeout(resolve, 10));
    const sent = Array.from({ length: 50 }, (_, i) => `${i}`);
    expect(received).toEqual([sent, sent]);
  });

  test('of an operator’s sources the older ones are not handed on, whichever were logged first', async () => {
    const log = createMemoryLog();
    const received: string[] = [];
    await controlOf(log, one).follow(
      (command) => received.push((command as { sourcesJson: string }).sourcesJson) ?? 0,
    );
    const sender = controlOf(log);
    const tell = (operatorId: string, number: number) =>
      sender.send({
        kind: 'sources',
        operatorId,
        sourcesJson: `${operatorId}${number}`,
        position: `0:5-${number}.n`,
      });
    for (const number of [1, 10, 9, 10]) await tell('a', number);
    await tell('b', 2);
    await expect.poll(() => received).toEqual(['a1', 'a10', 'a10', 'b2']);
  });

  test('a closed follower gets none', async () => {
    const log = createMemoryLog();
    let calls = 0;
    const follow = await controlOf(log, one).follow(() => calls++);
    follow.close();
    await controlOf(log).send(disconnect);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(calls).toBe(0);
  });

  test('a follow that could not begin is not left open', async () => {
    const log = createMemoryLog();
    let isClosed = false;
    const failing: MemoryLog = {
      ...log,
      follow: (listener) => ({
        ...log.follow(listener),
        ready: Promise.reject(new Error('away')),
        close: () => void (isClosed = true),
      }),
    };
    await expect(controlOf(failing, one).follow(() => 0)).rejects.toThrow('away');
    expect(isClosed).toBe(true);
  });

  test('when commands were lost the follower is told to read again', async () => {
    const log = createMemoryLog();
    let lost = 0;
    await controlOf(log, one).follow(
      () => 0,
      () => void lost++,
    );
    log.lose();
    expect(lost).toBe(1);
  });

  test('what this build does not know is told and does no harm', async () => {
    const log = createMemoryLog();
    const warnings: string[] = [];
    const received: ControlCommand[] = [];
    await controlOf(log, one, warnings).follow((command) => received.push(command));
    log.tell('{"command":{"kind":"explode"}}');
    await controlOf(log).send(disconnect);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(warnings).toEqual(['unknown control command']);
    expect(received).toEqual([disconnect]);
  });
});

describe('asking', () => {
  const answering = (log: MemoryLog, edge: Edge, handler: CommandHandler, warnings?: string[]) =>
    controlOf(log, edge, warnings).follow(handler);

  test('the answers of all living nodes are added up, as soon as all are there', async () => {
    const log = createMemoryLog();
    await answering(log, one, () => 2);
    await answering(log, two, async () => 3);
    const startMs = performance.now();
    expect(await controlOf(log).ask(disconnect, 5_000)).toBe(5);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  test('a node that does not answer is waited for until the timeout', async () => {
    const log = createMemoryLog();
    await answering(log, one, () => 2);
    await answering(log, two, () => new Promise<number>(() => undefined));
    const startMs = performance.now();
    expect(await controlOf(log).ask(disconnect, 150)).toBe(2);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(149);
  });

  test('a dead node is not waited for', async () => {
    const log = createMemoryLog();
    await answering(log, one, () => 2);
    await fixture.endLease(two.lease.nodeId ?? '');
    const startMs = performance.now();
    expect(await controlOf(log).ask(disconnect, 5_000)).toBe(2);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  test('a handler that fails is told and answers nothing', async () => {
    const log = createMemoryLog();
    const warnings: string[] = [];
    await answering(log, one, () => 2);
    await answering(log, two, () => Promise.reject(new Error('boom')), warnings);
    expect(await controlOf(log).ask(disconnect, 100)).toBe(2);
    expect(warnings).toEqual(['control command failed']);
  });

  test('nobody answers what was only sent, and answers do not stay', async () => {
    const log = createMemoryLog();
    await answering(log, one, () => 2);
    await answering(log, two, () => 2);
    // Redis lists keys in any order.
    const left = async () =>
      (await fixture.redis.keys(`${fixture.keys.controlAnswers('')}*`)).toSorted();
    const before = await left();
    await controlOf(log).send(disconnect);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await left()).toEqual(before);
    await controlOf(log).ask(disconnect, 2_000);
    const after = (await left()).filter((key) => !before.includes(key));
    expect(after.length).toBe(1);
    expect(await fixture.redis.pttl(after[0] as string)).toBeGreaterThan(0);
  });

  test('a cluster without nodes answers 0 at once', async () => {
    await fixture.redis.unlink(fixture.keys.nodes());
    expect(await controlOf(createMemoryLog()).ask(disconnect, 5_000)).toBe(0);
  });
});

describe('what is kept', () => {
  const told = (ms: number, isRepeat = false) => ({ position: `0:${ms}-0.n`, isRepeat });

  test('a repeat brings sources that were never kept, and never replaces newer ones', async () => {
    const control = controlOf(createMemoryLog());
    expect(await control.setSources('7', '[1]', told(100, true))).toBe(true);
    expect(await control.setSources('7', '[2]', told(200))).toBe(true);
    expect(await control.setSources('7', '[1]', told(100, true))).toBe(false);
    expect(await control.setSources('7', '[2]', told(200, true))).toBe(true);
    expect(await control.sourcesOf('7')).toBe('[2]');
  });

  test('of two calls at the same time the later event’s sources are kept, whoever comes first', async () => {
    const control = controlOf(createMemoryLog());
    expect(await control.setSources('8', '[2]', { position: '0:5-10.n', isRepeat: false })).toBe(
      true,
    );
    expect(await control.setSources('8', '[1]', { position: '0:5-9.n', isRepeat: false })).toBe(
      false,
    );
    expect(await control.sourcesOf('8')).toBe('[2]');
  });

  test('a clock of Redis that has stepped back does not make new sources old', async () => {
    const control = controlOf(createMemoryLog());
    await control.setSources('6', '[1]', told(10_000_000));
    expect(await control.setSources('6', '[2]', told(1_000))).toBe(true);
    expect(await control.sourcesOf('6')).toBe('[2]');
  });

  test('an operator has the sources that were told last, for 30 days', async () => {
    const control = controlOf(createMemoryLog());
    expect(await control.sourcesOf('9')).toBeUndefined();
    await control.setSources('9', '{"widgets":[]}', told(1));
    await control.setSources('9', '{"widgets":null}', told(2));
    expect(await control.sourcesOf('9')).toBe('{"widgets":null}');
    expect(await control.sourcesOf('9:x')).toBeUndefined();
    const leftMs = await fixture.redis.pttl(fixture.keys.operator('9'));
    expect(Math.round(leftMs / 86_400_000)).toBe(30);
  });

  test('a token is denied for as long as was said', async () => {
    const control = controlOf(createMemoryLog());
    await control.deny('digest', 60);
    expect(await control.isDenied(holder('digest'))).toBe(true);
    expect(await control.isDenied(holder('another'))).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 90));
    expect(await control.isDenied(holder('digest'))).toBe(false);
  });

  test('a token that has run out is not denied', async () => {
    const control = controlOf(createMemoryLog());
    await control.deny('old', 0);
    await control.deny('older', -5);
    await control.deny('fraction', 0.4);
    expect(await control.isDenied(holder('old'))).toBe(false);
    expect(await control.isDenied(holder('older'))).toBe(false);
  });
});
