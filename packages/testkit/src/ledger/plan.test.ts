import { expect, test } from 'vitest';
import { createPlan, type PlanShape } from './plan.ts';

const shape: PlanShape = {
  seed: 7,
  rooms: 5,
  visitorsPerRoom: 3,
  operatorsPerRoom: 1,
  desks: 2,
  passersBy: 7,
  httpSenders: 4,
  messages: 400,
  seconds: 10,
  socketShare: 0.5,
  textChars: 10,
};

test('a seed gives the same plan again, and another seed another one', () => {
  expect(createPlan(shape)).toEqual(createPlan(shape));
  expect(createPlan({ ...shape, seed: 8 }).sends).not.toEqual(createPlan(shape).sends);
});

test('sends are numbered in the order of their times, within the time', () => {
  const { sends, readers } = createPlan(shape);
  expect(readers).toHaveLength(5 * 4 + 2);
  expect(sends.map(({ number }) => number)).toEqual([...sends.keys()]);
  expect(sends.map(({ atMs }) => atMs)).toEqual(
    sends.map(({ atMs }) => atMs).toSorted((one, other) => one - other),
  );
  expect(sends.at(-1)!.atMs).toBeLessThanOrEqual(10_000);
});

test('whoever sends over a socket is in the room, and clients send no notes', () => {
  const { sends, readers } = createPlan(shape);
  const byName = new Map(readers.map((reader) => [reader.name, reader]));
  const overSockets = sends.filter(({ sender }) => typeof sender === 'string');
  expect(overSockets.length).toBeGreaterThan(100);
  for (const { sender, room, kind } of overSockets) {
    const reader = byName.get(sender as string)!;
    expect(reader.room).toBe(room);
    expect(kind === 'note' && reader.role === 'client').toBe(false);
  }
});

test('passers-by are spread over the rooms and send nothing', () => {
  const { passersBy, sends } = createPlan(shape);
  expect(passersBy.map(({ room }) => room)).toEqual([0, 1, 2, 3, 4, 0, 1]);
  const names = new Set<number | string>(passersBy.map(({ name }) => name));
  expect(sends.filter(({ sender }) => names.has(sender))).toEqual([]);
});
