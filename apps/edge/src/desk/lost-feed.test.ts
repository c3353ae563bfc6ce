/** What a seat gets between the loss of a feed and the moment in which it is told. */
import { setImmediate as turn } from 'node:timers/promises';
import { defaultLimits } from '@switchboard/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { Wheel } from '../clock/wheel.ts';
import { busEvent, deskSession, fakeAir, FakeConnection, receivedBy } from '../test/fakes.ts';
import { createAssignedOperators } from './assigned-operators.ts';
import { changeSources } from './change-sources.ts';
import { Desk } from './desk.ts';
import { createFeedFanOut } from './feed-fan-out.ts';
import { joinDesk, type JoinDeskParts } from './join-desk.ts';
import { createResets } from './resets.ts';
import { emptyRoster } from './roster.ts';
import { spareSeat } from './spare-seat.ts';

/** Two feeds; the replay of the second one waits until it is let go. */
const setUp = (replays: ('live' | 'lost' | 'none')[] = ['live', 'live']) => {
  const air = fakeAir();
  const desk = new Desk(2);
  const due: (() => void)[] = [];
  const gate = Promise.withResolvers<void>();
  const base = {
    desk,
    roster: { read: async () => emptyRoster },
    limits: defaultLimits,
    now: () => 0,
    assigned: createAssignedOperators(),
  };
  const wheel = { after: (_delayMs: number, task: () => void) => void due.push(task) };
  const resets = createResets({
    ...base,
    wheel: wheel as unknown as Wheel,
    spreadMs: 0,
    random: () => 0,
  });
  const fanOut = createFeedFanOut({
    ...base,
    publish: air.publish,
    onSent: vi.fn(),
    onSpared: vi.fn(),
    heldMaxBytes: 1_000,
  });
  desk.feeds = [Promise.resolve(), gate.promise].map((caughtUp, partition) => ({
    position: `at ${partition}`,
    replayFrom: async () =>
      replays[partition] === 'none' ? undefined : { run: runOf(caughtUp, replays[partition]!) },
  })) as unknown as Desk['feeds'];
  const parts = {
    ...base,
    feeds: { enter: (session: never) => desk.add(session), ready: async () => undefined },
    attendance: { enter: async () => undefined },
    replayBufferMaxBytes: 1_000,
    reset: resets.one,
  } as unknown as JoinDeskParts;
  const join = async (since?: string) => {
    const connection = new FakeConnection();
    air.connections.push(connection);
    const session = deskSession('op', undefined, connection);
    Object.assign(session.ticket, { since });
    void joinDesk(session, parts, () => undefined);
    await turn();
    return session;
  };
  const tellAll = async () => {
    for (const task of due.splice(0)) task();
    await turn();
  };
  return { desk, resets, fanOut, join, tellAll, openGate: gate.resolve };
};

const runOf = (caughtUp: Promise<void>, result: string) => async (sink: { live(): void }) => {
  await caughtUp;
  if (result === 'live') sink.live();
  return result;
};

/** Names of frames, and texts of events. */
const told = (session: ReturnType<typeof deskSession>) =>
  receivedBy(session).map((frame) => (frame.startsWith('{') ? JSON.parse(frame).event : frame));
const since = '0:1-0.abcdefgh,1:1-0.abcdefgh';
const logged = (text: string) => busEvent(text, { audience: 'all' });
const ephemeral = (text: string) => {
  const { position: _none, ...event } = logged(text);
  return event;
};

describe('a seat whose feed was lost', () => {
  it('gets nothing before it is told, and then all that came since', async () => {
    const { desk, resets, fanOut, join, tellAll } = setUp();
    const session = await join();
    fanOut(0, logged('before'));
    resets.lost(0);
    resets.lost(1);
    fanOut(0, logged('one'));
    fanOut(1, ephemeral('two'));
    expect(told(session)).toEqual(['connected', 'before']);
    await tellAll();
    fanOut(1, logged('three'));
    expect(told(session)).toEqual(['connected', 'before', 'connected', 'one', 'two', 'three']);
    expect(JSON.parse(receivedBy(session)[2]!).data).toMatchObject({
      resumed: false,
      position: '0:at 0,1:at 1',
    });
    expect(desk.arriving.size).toBe(0);
  });

  it('is told also when it was level with that feed and still reading another one', async () => {
    const { resets, fanOut, join, tellAll, openGate } = setUp();
    const session = await join(since);
    resets.lost(0);
    fanOut(0, logged('new'));
    openGate();
    await turn();
    expect(session.phase).toBe('live');
    expect(told(session)).toEqual(['connected', 'caughtUp']);
    await tellAll();
    expect(told(session)).toEqual(['connected', 'caughtUp', 'connected', 'new']);
  });

  it('may change its sources and be spared meanwhile, and gets nothing twice', async () => {
    const { desk, resets, fanOut, join, tellAll } = setUp();
    const session = await join();
    resets.lost(0);
    changeSources(session, { widgets: [], departments: null }, desk);
    spareSeat(session, true, desk);
    fanOut(0, ephemeral('spared'));
    fanOut(0, logged('kept'));
    await tellAll();
    fanOut(0, ephemeral('spared'));
    spareSeat(session, false, desk);
    fanOut(0, logged('logged'));
    fanOut(0, ephemeral('not logged'));
    expect(told(session)).toEqual(['connected', 'connected', 'kept', 'logged', 'not logged']);
  });

  it('is told when its log was trimmed or rolled back while it was read', async () => {
    const { join, tellAll, openGate } = setUp(['live', 'lost']);
    const session = await join(since);
    openGate();
    await turn();
    await tellAll();
    expect(told(session)).toEqual(['connected', 'caughtUp', 'connected']);
    const resumed = [0, 2].map((n) => JSON.parse(receivedBy(session)[n]!).data.resumed);
    expect(resumed).toEqual([true, false]);
  });

  it('is told at once when one feed of all cannot be resumed', async () => {
    const { join } = setUp(['live', 'none']);
    const session = await join(since);
    expect(told(session)).toEqual(['connected']);
    expect(JSON.parse(receivedBy(session)[0]!).data).toMatchObject({
      resumed: false,
      position: '0:at 0,1:at 1',
    });
  });

  it('that has left is not told and takes nothing with it', async () => {
    const { desk, resets, join, tellAll } = setUp();
    const session = await join();
    resets.lost(0);
    session.over();
    desk.remove(session);
    await tellAll();
    expect(told(session)).toEqual(['connected']);
    expect((session.connection as FakeConnection).topics.size).toBe(0);
  });
});
