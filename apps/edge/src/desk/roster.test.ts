import type { DeskSession } from '@switchboard/bus';
import { describe, expect, it, vi } from 'vitest';
import { createRoster } from './roster.ts';

const session = (id: string): DeskSession => ({
  sessionId: id,
  nodeId: 'n',
  user: `operator:${id}`,
  userJson: JSON.stringify({ id }),
  sessionJson: '{}',
  lastSeenMs: 0,
});

describe('the roster', () => {
  it('is read again for who asks during a reading, and once for all of them', async () => {
    const answers: ((sessions: DeskSession[]) => void)[] = [];
    const desk = vi.fn(() => new Promise<DeskSession[]>((resolve) => void answers.push(resolve)));
    const roster = createRoster({ desk });
    const first = roster.read();
    const [second, third] = [roster.read(), roster.read()];
    answers[0]!([session('a'), session('a')]);
    expect(await first).toEqual([{ id: 'a' }]);
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers[1]!([session('a'), session('b')]);
    expect(await second).toEqual([{ id: 'a' }, { id: 'b' }]);
    expect(await third).toEqual(await second);
    expect(desk).toHaveBeenCalledTimes(2);
  });

  it('passes a failure on and works again afterwards', async () => {
    const desk = vi
      .fn<() => Promise<DeskSession[]>>()
      .mockRejectedValueOnce(new Error('away'))
      .mockResolvedValue([]);
    const roster = createRoster({ desk });
    await expect(roster.read()).rejects.toThrow('away');
    expect(await roster.read()).toEqual([]);
  });
});
