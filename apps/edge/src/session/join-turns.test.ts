import { BusUnavailable } from '@switchboard/bus';
import { describe, expect, it } from 'vitest';
import { createJoinTurns, type JoinTurn } from './join-turns.ts';

const setUp = () => {
  const clock = { ms: 0 };
  const turns = createJoinTurns({
    placesMax: 2,
    groupMax: 3,
    waitMaxMs: 1_000,
    now: () => clock.ms,
  });
  const begun: string[] = [];
  const held = new Map<string, JoinTurn>();
  const refused: unknown[] = [];
  const come = (name: string) =>
    void turns.take(name[0]!).then(
      (turn) => {
        begun.push(name);
        held.set(name, turn);
      },
      (error: unknown) => refused.push(error),
    );
  const end = async (...names: string[]) => {
    for (const name of names) held.get(name)!.end();
    await settled();
  };
  return { clock, turns, begun, refused, come, end };
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('those who join', () => {
  it('begin at once while there are places, and in their order afterwards', async () => {
    const { turns, begun, come, end } = setUp();
    for (const name of ['a1', 'b1', 'c1', 'd1']) come(name);
    await settled();
    expect(begun).toEqual(['a1', 'b1']);
    expect(turns.waiting).toBe(2);
    await end('b1');
    expect(begun).toEqual(['a1', 'b1', 'c1']);
    await end('a1', 'c1');
    expect(begun).toEqual(['a1', 'b1', 'c1', 'd1']);
    expect(turns.waiting).toBe(0);
  });

  it('come in with those who wait for the same room, but a large room does not keep others out', async () => {
    const { begun, come, end } = setUp();
    for (const name of ['x1', 'y1', 'a1', 'b1', 'a2', 'a3', 'a4']) come(name);
    await settled();
    await end('x1');
    expect(begun).toEqual(['x1', 'y1', 'a1', 'a2', 'a3']);
    await end('y1', 'a1', 'a2');
    expect(begun.slice(5)).toEqual(['b1']);
    await end('a3');
    expect(begun.slice(6)).toEqual(['a4']);
  });

  it('give one place back once, however often they end', async () => {
    const { begun, come, end } = setUp();
    for (const name of ['a1', 'b1', 'c1', 'd1']) come(name);
    await settled();
    await end('a1', 'a1');
    expect(begun).toEqual(['a1', 'b1', 'c1']);
  });

  it('are sent away when they have waited too long, and the next begins', async () => {
    const { clock, begun, refused, come, end } = setUp();
    for (const name of ['a1', 'b1', 'c1']) come(name);
    clock.ms = 500;
    come('d1');
    await settled();
    clock.ms = 1_200;
    await end('a1');
    expect(refused).toEqual([expect.any(BusUnavailable)]);
    expect(begun).toEqual(['a1', 'b1', 'd1']);
  });
});
