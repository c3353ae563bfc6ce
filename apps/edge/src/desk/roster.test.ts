import type { DeskPart, DeskSession } from '@switchboard/bus';
import { describe, expect, it, vi } from 'vitest';
import { createRoster, emptyRoster } from './roster.ts';

const session = (id: string): DeskSession => ({
  sessionId: id,
  nodeId: 'n',
  user: `operator:${id}`,
  userJson: JSON.stringify({ id }),
  sessionJson: '{}',
});
const desk = (...ids: string[]): DeskPart[] => [
  { nodeId: 'n', lastSeenMs: 0, sessions: ids.map(session) },
];

const told = (total: number, ...ids: string[]) => ({
  operatorsJson: JSON.stringify(ids.map((id) => ({ id }))),
  total,
});

describe('the roster', () => {
  it('is read again for who asks during a reading, and once for all of them', async () => {
    const answers: ((nodes: DeskPart[]) => void)[] = [];
    const read = vi.fn(() => new Promise<DeskPart[]>((resolve) => void answers.push(resolve)));
    const roster = createRoster({ desk: read }, 10);
    const first = roster.read();
    const [second, third] = [roster.read(), roster.read()];
    answers[0]!([...desk('a', 'a'), ...desk('a')]);
    expect(await first).toEqual(told(1, 'a'));
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers[1]!([...desk('a'), ...desk('b')]);
    expect(await second).toEqual(told(2, 'a', 'b'));
    expect(await third).toBe(await second);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it.each([
    [2, told(2, 'a', 'b')],
    [3, told(3, 'a', 'b', 'c')],
    [4, told(4, 'a', 'b', 'c')],
  ])('lists the first three of %i, and says how many there are', async (count, expected) => {
    const ids = ['a', 'b', 'c', 'd'].slice(0, count);
    const roster = createRoster({ desk: async () => desk(...ids) }, 3);
    expect(await roster.read()).toEqual(expected);
  });

  it('is the same text until somebody comes, goes or changes', async () => {
    let parts = [...desk('a'), ...desk('b')];
    const roster = createRoster({ desk: async () => [...parts] }, 3);
    const first = await roster.read();
    expect(await roster.read()).toBe(first);
    parts = [parts[0]!, ...desk('b')];
    expect(await roster.read()).not.toBe(first);
    parts = parts.slice(0, 1);
    expect(await roster.read()).toEqual(told(1, 'a'));
    parts = [];
    expect(await roster.read()).toEqual(told(0));
  });

  it('passes a failure on and works again afterwards', async () => {
    const read = vi
      .fn<() => Promise<DeskPart[]>>()
      .mockRejectedValueOnce(new Error('away'))
      .mockResolvedValue([]);
    const roster = createRoster({ desk: read }, 10);
    await expect(roster.read()).rejects.toThrow('away');
    expect(await roster.read()).toEqual(emptyRoster);
  });
});
