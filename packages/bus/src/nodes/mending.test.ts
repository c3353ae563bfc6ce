import { expect, test } from 'vitest';
import { createMending } from './mending.ts';

function createLease() {
  const renounced: string[] = [];
  return { nodeId: 'first', renounced, renounce: async (id: string) => void renounced.push(id) };
}

test('it is owed until a run has succeeded', async () => {
  let isAway = true;
  const reconcile = async () => {
    if (isAway) throw new Error('away');
  };
  const mending = createMending({ lease: createLease(), reconcile });
  expect(mending.isOwed).toBe(false);
  await expect(mending.run()).rejects.toThrow('away');
  expect(mending.isOwed).toBe(true);
  isAway = false;
  await mending.run();
  expect(mending.isOwed).toBe(false);
});

test('what happens during a run is owed after it', async () => {
  const mending = createMending({
    lease: createLease(),
    reconcile: async () => mending.owe(),
  });
  await mending.run();
  expect(mending.isOwed).toBe(true);
});

test('an old id is renounced once, and only after its sessions are entered anew', async () => {
  const lease = createLease();
  const order: string[] = [];
  const mending = createMending({ lease, reconcile: async () => void order.push('reconcile') });
  lease.renounce = async (id) => void order.push(`renounce ${id}`);
  mending.replaced('zero');
  mending.replaced('one');
  expect(mending.isOwed).toBe(true);
  await mending.run();
  await mending.run();
  expect(order).toEqual(['reconcile', 'renounce zero', 'renounce one', 'reconcile']);
});

test('an id that is lost during a run is not renounced by it, nor is its successor settled', async () => {
  const lease = createLease();
  const mending = createMending({
    lease,
    reconcile: async () => {
      if (lease.nodeId === 'second') return;
      lease.nodeId = 'second';
      mending.replaced('first');
    },
  });
  await mending.run();
  expect([lease.renounced, mending.settledId, mending.isOwed]).toEqual([[], 'first', true]);
  await mending.run();
  expect([lease.renounced, mending.settledId, mending.isOwed]).toEqual([
    ['first'],
    'second',
    false,
  ]);
});
