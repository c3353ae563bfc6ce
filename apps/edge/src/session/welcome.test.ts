import { BusUnavailable } from '@switchboard/bus';
import { defaultLimits } from '@switchboard/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { Wheel } from '../clock/wheel.ts';
import { changeSources } from '../desk/change-sources.ts';
import { Desk } from '../desk/desk.ts';
import { chatSession, deskSession, FakeConnection } from '../test/fakes.ts';
import { createAwaitedEvents } from './awaited-events.ts';
import type { ChatSession, DeskSession } from './session.ts';
import { createSessionTable } from './session-table.ts';
import { createTokenClock } from './token-clock.ts';
import { welcome, type WelcomeParts } from './welcome.ts';

const setUp = (more: Partial<WelcomeParts> = {}) => {
  const parts = {
    table: createSessionTable(),
    control: { isDenied: vi.fn(async () => false), sourcesOf: vi.fn(async () => undefined) },
    attendance: { enter: vi.fn(), leave: vi.fn(), update: vi.fn(), stop: vi.fn() },
    awaited: createAwaitedEvents(),
    tokenClock: { start: vi.fn() },
    limits: defaultLimits,
    newId: () => 'session',
    now: () => 0,
    joinTurns: { take: async () => ({ end: () => undefined }) },
    joinRoom: vi.fn(async (session: ChatSession) => void (session.phase = 'live')),
    joinDesk: vi.fn(async (session: DeskSession) => void (session.phase = 'live')),
    handleFrame: vi.fn(),
    leave: vi.fn(),
    onLost: vi.fn(),
    onClosed: vi.fn(),
    onError: vi.fn(),
    ...more,
  };
  const connection = new FakeConnection();
  const chat = () => welcome(chatSession('ann').ticket, connection, parts);
  const desk = () => welcome(deskSession('op').ticket, connection, parts);
  return { parts, connection, chat, desk };
};
const turns = () => new Promise((resolve) => setImmediate(resolve));

describe('a socket that has come in', () => {
  it('joins, and its token runs from then on', async () => {
    const { parts, chat } = setUp();
    chat();
    expect(parts.table.count('chat')).toBe(1);
    await turns();
    expect(parts.joinRoom).toHaveBeenCalledOnce();
    expect(parts.tokenClock.start).toHaveBeenCalledTimes(2);
  });

  it('is closed with 4004 when its token ends while it reads what it missed', async () => {
    const due: (() => void)[] = [];
    const wheel = { after: (_ms: number, task: () => void) => (due.push(task), () => undefined) };
    const { connection, chat } = setUp({
      tokenClock: createTokenClock({
        wheel: wheel as unknown as Wheel,
        now: () => 0,
        warnBeforeMs: 60_000,
      }),
      joinRoom: () => new Promise(() => undefined),
    });
    chat();
    await turns();
    for (const task of due) task();
    expect(connection.closedWith).toBe(4004);
    expect(connection.received).toEqual([]);
  });

  it('is closed with 4500 before anything else when its token was revoked', async () => {
    const { parts, connection, chat } = setUp({
      control: { isDenied: async () => true, sourcesOf: async () => undefined },
    });
    chat();
    await turns();
    expect(connection.closedWith).toBe(4500);
    expect(connection.received).toEqual([]);
    expect(parts.joinRoom).not.toHaveBeenCalled();
  });

  it('is turned away with a code that means reconnect when the cluster cannot serve it', async () => {
    const { parts, connection, chat } = setUp({
      joinRoom: () => Promise.reject(new BusUnavailable('away', 'no')),
    });
    chat();
    await turns();
    expect(connection.closedWith).toBe(1013);
    expect(parts.onError).not.toHaveBeenCalled();
  });

  it('is turned away and told to the log when something is broken', async () => {
    const { parts, connection, chat } = setUp({ joinRoom: () => Promise.reject(new Error('bug')) });
    chat();
    await turns();
    expect(connection.closedWith).toBe(1013);
    expect(parts.onError).toHaveBeenCalledOnce();
  });

  it("of an operator takes the live sources in the token's place", async () => {
    const sources = { widgets: [{ id: 'w' }], departments: null };
    const joinDesk = vi.fn((_session: DeskSession) => Promise.resolve());
    const { desk } = setUp({
      joinDesk,
      control: { isDenied: async () => false, sourcesOf: async () => JSON.stringify(sources) },
    });
    desk();
    await turns();
    expect(joinDesk.mock.calls[0]![0].sources).toEqual(sources);
  });

  it('keeps the sources that came while the older ones were read', async () => {
    const [older, newer] = ['old', 'new'].map((id) => ({ widgets: [{ id }], departments: null }));
    const joinDesk = vi.fn((_session: DeskSession) => Promise.resolve());
    const { parts, desk } = setUp({
      joinDesk,
      control: {
        isDenied: async () => false,
        async sourcesOf() {
          const [session] = [...parts.table.all()] as DeskSession[];
          changeSources(session!, newer!, new Desk(1));
          return JSON.stringify(older);
        },
      },
    });
    desk();
    await turns();
    expect(joinDesk.mock.calls[0]![0].sources).toEqual(newer);
  });

  it('leaves everything when it closes, with the reason that others are told', async () => {
    const endings = [
      { by: undefined, closing: { code: 1000, byFrame: true }, reason: 'left' },
      { by: undefined, closing: { code: 1006, byFrame: false }, reason: 'timeout' },
      { by: 'kicked', closing: { code: 4501, byFrame: true }, reason: 'kicked' },
      { by: 'slow_consumer', closing: { code: 4002, byFrame: true }, reason: 'timeout' },
    ] as const;
    for (const { by, closing, reason } of endings) {
      const { parts, chat } = setUp();
      const peer = chat();
      await turns();
      const [session] = [...parts.table.all()];
      if (by !== undefined) session!.end(by);
      peer.closed(closing);
      expect(parts.leave).toHaveBeenCalledExactlyOnceWith(session);
      expect(parts.attendance.leave).toHaveBeenCalledExactlyOnceWith(session, reason);
      expect(parts.table.size).toBe(0);
      peer.message(new Uint8Array(), false);
      expect(parts.handleFrame).not.toHaveBeenCalled();
    }
  });
});
