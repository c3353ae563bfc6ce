import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenOfField } from './desk-record.ts';
import { createDeskView } from './desk-view.ts';
import { inSlices } from './in-slices.ts';
import {
  type Edge,
  type PresenceFixture,
  join,
  leave,
  openPresenceFixture,
  session,
} from './presence.fixture.ts';

let fixture: PresenceFixture;
let edges: Edge[];

beforeAll(async () => {
  fixture = await openPresenceFixture();
  edges = [await fixture.enteredEdge('edge/1'), await fixture.enteredEdge('edge 2')];
});
afterAll(() => fixture.close());

const edge = (index: number): Edge => edges[index % 2] as Edge;
const openView = () => createDeskView({ ...fixture, deadlineMs: 2_000 });
const desk = (index: number) => session('desk', `operator:o ${index % 7}`, `s/${index}`);

/** `<node> <session> <user> <JSON>` of all sessions, as a view has them. */
const listed = async (view: ReturnType<typeof openView>): Promise<string[]> => {
  const sessions = await view.current();
  return [...sessions.nodeIds()]
    .flatMap((nodeId) => sessions.partsOf(nodeId).flat())
    .map(({ nodeId, sessionId, user, userJson, sessionJson }) =>
      [nodeId, sessionId, user, userJson, sessionJson].join(' '),
    )
    .toSorted();
};

/** The same as the hash has it, read by nothing of ours. */
const inRedis = async (): Promise<number> => {
  const fields = await fixture.redis.hkeys(fixture.keys.desk());
  return fields.filter((field) => tokenOfField(field) !== undefined).length;
};

describe('a view of the desk', () => {
  test('has what was done before it was asked, whatever came, changed, closed and went', async () => {
    const view = openView();
    const step = fc.record({
      what: fc.constantFrom('join', 'leave', 'update', 'close'),
      index: fc.nat(40),
    });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      for (const { what, index } of steps) {
        const { sessionJson: _gone, ...closed } = desk(index);
        if (what === 'join') await join(edge(index), desk(index));
        if (what === 'leave') await leave(edge(index), desk(index));
        if (what === 'close') await edge(index).presence.update(closed);
        if (what === 'update')
          await edge(index).presence.update({ ...desk(index), sessionJson: `{"n":${index}}` });
      }
      const seen = await listed(view);
      expect(seen).toEqual(await listed(openView()));
      expect(seen.length).toBe(await inRedis());
    });
    await fc.assert(property, { numRuns: 25 });
  });

  test('reads along while sessions come and go, and misses none at the end', async () => {
    const view = openView();
    const changes = (async () => {
      for (let index = 100; index < 400; index += 1) await join(edge(index), desk(index));
      for (let index = 100; index < 250; index += 1) await leave(edge(index), desk(index));
    })();
    let running = true;
    void changes.finally(() => (running = false));
    while (running) await view.current();
    await changes;
    expect(await listed(view)).toEqual(await listed(openView()));
  });

  test('keeps a part and its sessions the same while nothing changes in it', async () => {
    const view = openView();
    await join(edge(0), desk(1000));
    await join(edge(1), desk(1001));
    const before = await view.current();
    const [own, others] = [before.partsOf('edge/1'), before.partsOf('edge 2')];
    await join(edge(1), desk(1003));
    const after = await view.current();
    const kept = (part: (typeof own)[number]) => own.includes(part) || others.includes(part);
    expect(after.partsOf('edge/1').every(kept)).toBe(true);
    const changed = after.partsOf('edge 2').filter((part) => !kept(part));
    expect(changed).toHaveLength(1);
    const known = new Set(others.flat());
    expect(changed[0]!.filter((one) => !known.has(one)).map((one) => one.sessionId)).toEqual([
      's/1003',
    ]);
  });

  test('reads all anew when Redis has lost what it had read', async () => {
    const view = openView();
    await join(edge(0), desk(2000));
    const { deskChanges, desk: deskKey, nodeSessions } = fixture.keys;
    const lost = [deskChanges(), deskKey(), nodeSessions(0, 'edge/1')];
    const dumps = await Promise.all(lost.map((key) => fixture.redis.dumpBuffer(key)));
    await join(edge(0), desk(2002));
    expect((await listed(view)).join()).toContain('s/2002');
    for (const [index, key] of lost.entries())
      await fixture.redis.restore(key, 0, dumps[index] as Buffer, 'REPLACE');
    await join(edge(1), desk(2005));
    const seen = (await listed(view)).join();
    expect(seen).not.toContain('s/2002');
    expect(seen).toContain('s/2005');
    expect(await listed(view)).toEqual(await listed(openView()));
    await edge(0).presence.reconcile();
    expect((await listed(view)).join()).toContain('s/2002');
  });

  test('reads all anew when more has changed than is kept', async () => {
    const view = openView();
    await view.current();
    await fixture.redis.xtrim(fixture.keys.deskChanges(), 'MAXLEN', 0);
    await join(edge(0), desk(3000));
    expect((await listed(view)).join()).toContain('s/3000');
    expect(await listed(view)).toEqual(await listed(openView()));
  });

  test('of many sessions is read in slices, and all of them', async () => {
    const many = Array.from({ length: 1_200 }, (_, index) => 10_000 + index);
    await inSlices(many, (index) => join(edge(index), desk(index)));
    const found = (await listed(openView())).filter((line) => / s\/1\d{4} /u.test(line));
    expect(found).toHaveLength(1_200);
  });
});
