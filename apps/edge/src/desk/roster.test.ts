import type { DeskPart, DeskSession } from '@switchboard/bus';
import { describe, expect, it, vi } from 'vitest';
import { createRoster } from './roster.ts';

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

describe('the roster', () => {
  it('is read again for who asks during a reading, and once for all of them', async () => {
    const answers: ((nodes: DeskPart[]) => void)[] = [];
    const read = vi.fn(() => new Promise<DeskPart[]>((resolve) => void answers.push(resolve)));
    const roster = createRoster({ desk: read });
    const first = roster.read();
    const [second, third] = [roster.read(), roster.read()];
    answers[0]!([...desk('a', 'a'), ...desk('a')]);
    expect(await first).toEqual([{ id: 'a' }]);
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers[1]!([...desk('a'), ...desk('b')]);
    expect(await second).toEqual([{ id: 'a' }, { id: 'b' }]);
    expect(await third).toEqual(await second);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('passes a failure on and works again afterwards', async () => {
    const read = vi
      .fn<() => Promise<DeskPart[]>>()
      .mockRejectedValueOnce(new Error('away'))
      .mockResolvedValue([]);
    const roster = createRoster({ desk: read });
    await expect(roster.read()).rejects.toThrow('away');
    expect(await roster.read()).toEqual([]);
  });
});
