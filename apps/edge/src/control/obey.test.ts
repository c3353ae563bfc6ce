import { describe, expect, it, vi } from 'vitest';
import { Desk } from '../desk/desk.ts';
import { createSessionTable } from '../session/session-table.ts';
import type { FakeConnection } from '../test/fakes.ts';
import { chatSession, deskSession } from '../test/fakes.ts';
import { obey, type ObeyParts } from './obey.ts';

const setUp = (more: Partial<ObeyParts> = {}) => {
  const table = createSessionTable();
  const desk = new Desk(1);
  const parts = {
    table,
    desk,
    control: { deny: vi.fn(async () => undefined) },
    attendance: {
      enter: vi.fn(),
      leave: vi.fn(),
      update: vi.fn(async () => undefined),
      stop: vi.fn(),
    },
    nodeId: () => 'here',
    drain: vi.fn(),
    now: () => 1_000,
    onWarning: vi.fn(),
    ...more,
  };
  const ann = chatSession('ann');
  const bob = chatSession('bob');
  const op = deskSession('op');
  desk.add(op);
  op.entered = true;
  for (const session of [ann, bob, op]) table.add(session);
  const closedWith = () =>
    [ann, bob, op].map(({ connection }) => (connection as FakeConnection).closedWith);
  return { parts, ann, bob, op, closedWith };
};

describe('a command to disconnect', () => {
  it.each([
    [{ userId: 'ann' }, [4501, undefined, undefined]],
    [{ chatId: 'chat' }, [4501, 4501, undefined]],
    [{ userId: 'ann', chatId: 'elsewhere' }, [undefined, undefined, undefined]],
    [{}, [undefined, undefined, undefined]],
  ])('%o closes these and no others', async (wanted, expected) => {
    const { parts, closedWith } = setUp();
    const count = await obey({ kind: 'disconnect', revoke: false, ...wanted }, parts);
    expect(closedWith()).toEqual(expected);
    expect(count).toBe(expected.filter(Boolean).length);
    expect(parts.control.deny).not.toHaveBeenCalled();
  });

  it('with revoke denies the token first, and closes also when that fails', async () => {
    const deny = vi.fn(() => Promise.reject(new Error('away')));
    const { parts, closedWith } = setUp({ control: { deny } });
    expect(await obey({ kind: 'disconnect', revoke: true, userId: 'ann' }, parts)).toBe(1);
    expect(deny).toHaveBeenCalledExactlyOnceWith('token', Number.MAX_SAFE_INTEGER - 1_000);
    expect(closedWith()[0]).toBe(4501);
    expect(parts.onWarning).toHaveBeenCalledOnce();
  });
});

describe('a command to revoke', () => {
  it('closes who came in with the token while it was being denied, and nobody with another one', async () => {
    const [same, other] = [chatSession('ann'), chatSession('ann')];
    other.token = { ...other.token, tokenId: 'another' };
    const deny = async () => {
      for (const session of [same, other]) parts.table.add(session);
    };
    const { parts } = setUp({ control: { deny } });
    await obey({ kind: 'disconnect', revoke: true, userId: 'ann' }, parts);
    const closedWith = [same, other].map(
      ({ connection }) => (connection as FakeConnection).closedWith,
    );
    expect(closedWith).toEqual([4500, undefined]);
  });
});

describe('a command with new sources', () => {
  it('changes the live sessions of that operator and shows it', async () => {
    const { parts, op } = setUp();
    const sources = { widgets: [{ id: 'w' }], departments: null };
    const command = {
      kind: 'sources' as const,
      operatorId: 'op',
      sourcesJson: JSON.stringify(sources),
      position: '0:1-0.n',
    };
    expect(await obey(command, parts)).toBe(1);
    expect(op.sources).toEqual(sources);
    expect(parts.attendance.update).toHaveBeenCalledExactlyOnceWith(op);
  });

  it('that cannot be read changes nothing and is told to the log', async () => {
    const { parts, op } = setUp();
    for (const sourcesJson of ['{', '5', '{"widgets":5}']) {
      const command = { kind: 'sources', operatorId: 'op', sourcesJson, position: '0' } as const;
      expect(await obey(command, parts)).toBe(0);
    }
    expect(op.sources).toEqual({ widgets: null, departments: null });
    expect(parts.onWarning).toHaveBeenCalledTimes(3);
  });
});

describe('a command to drain', () => {
  it('concerns the node that it names', async () => {
    const { parts } = setUp();
    expect(await obey({ kind: 'drain', nodeId: 'there' }, parts)).toBe(0);
    expect(parts.drain).not.toHaveBeenCalled();
    expect(await obey({ kind: 'drain', nodeId: 'here' }, parts)).toBe(1);
    expect(parts.drain).toHaveBeenCalledOnce();
  });
});
