import { BusUnavailable, type Control, type TokenHolder } from '@switchboard/bus';
import { describe, expect, it, vi } from 'vitest';
import type { Wheel } from '../clock/wheel.ts';
import { Desk } from '../desk/desk.ts';
import { createSessionTable } from '../session/session-table.ts';
import { chatSession, deskSession, type FakeConnection } from '../test/fakes.ts';
import { readAgain } from './read-again.ts';

const sources = { widgets: [{ id: 'w' }], departments: null };

const setUp = (isDenied: Control['isDenied']) => {
  const due: (() => void)[] = [];
  const parts = {
    table: createSessionTable(),
    desk: new Desk(1),
    control: {
      deny: vi.fn(async () => undefined),
      isDenied: vi.fn(isDenied),
      sourcesOf: async () => JSON.stringify(sources) as string | undefined,
    },
    now: () => 1_000,
    attendance: { update: vi.fn(async () => undefined) },
    wheel: { after: (_ms: number, task: () => void) => void due.push(task) } as unknown as Wheel,
    onWarning: vi.fn(),
  };
  const [ann, op] = [chatSession('ann'), deskSession('op')];
  ann.token = { ...ann.token, tokenId: 'denied' };
  op.entered = true;
  parts.desk.add(op);
  for (const session of [ann, op]) parts.table.add(session);
  const closedWith = () => (ann.connection as FakeConnection).closedWith;
  return { parts, op, closedWith, due };
};

describe('commands that may have been missed', () => {
  it('hold all the same: revoked tokens are closed, sources are taken and shown', async () => {
    const { parts, op, closedWith, due } = setUp(async ({ tokenId }) => tokenId === 'denied');
    await readAgain(parts);
    expect(closedWith()).toBe(4500);
    expect(op.sources).toEqual(sources);
    expect(parts.attendance.update).toHaveBeenCalledExactlyOnceWith(op);
    expect(due).toEqual([]);
  });

  it('to revoke concern who was there, and deny the token that the missed one would have denied', async () => {
    const { parts, op } = setUp(async ({ tokenId }) => tokenId === 'denied');
    await readAgain(parts);
    const [[ann], [olga]] = parts.control.isDenied.mock.calls as [[TokenHolder], [TokenHolder]];
    expect(ann).toMatchObject({ userId: 'ann', chatId: 'chat', knownSinceMs: 0 });
    expect(olga).toEqual({ tokenId: 'token', userId: 'op', sessionId: op.id, knownSinceMs: 0 });
    const leftMs = Number.MAX_SAFE_INTEGER - 1_000;
    expect(parts.control.deny).toHaveBeenCalledExactlyOnceWith('denied', leftMs);
  });

  it('are asked for again while Redis is away', async () => {
    let isAway = true;
    const { parts, op, closedWith, due } = setUp(async ({ tokenId }) => {
      if (isAway) throw new BusUnavailable('away', 'no');
      return tokenId === 'denied';
    });
    await readAgain(parts);
    expect(op.sources).not.toEqual(sources);
    isAway = false;
    due[0]!();
    await vi.waitFor(() => expect(closedWith()).toBe(4500));
    expect(op.sources).toEqual(sources);
  });

  it('do not undo sources that came while they were asked for', async () => {
    const { parts, op } = setUp(async () => false);
    const newer = { widgets: [], departments: null };
    parts.control.sourcesOf = async () => {
      op.sources = newer;
      return JSON.stringify(sources);
    };
    await readAgain(parts);
    expect(op.sources).toBe(newer);
  });

  it('change nothing for an operator of whom nothing is known', async () => {
    const { parts, op } = setUp(async () => false);
    parts.control.sourcesOf = async () => undefined;
    const before = op.sources;
    await readAgain(parts);
    expect(op.sources).toBe(before);
  });
});
