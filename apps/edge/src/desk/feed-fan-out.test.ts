import type { Sources } from '@switchboard/protocol';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { busEvent, deskSession, fakeAir, FakeConnection, receivedBy } from '../test/fakes.ts';
import { createAssignedOperators } from './assigned-operators.ts';
import { changeSources } from './change-sources.ts';
import { Desk, deskTopic, ephemeralTopic, feedTopic, type FeedPhase } from './desk.ts';
import { createFeedFanOut } from './feed-fan-out.ts';
import { spareSeat } from './spare-seat.ts';
import { classKey } from './source-class.ts';

const widgets = (...ids: string[]): Sources => ({
  widgets: ids.map((id) => ({ id })),
  departments: null,
});
const nothing: Sources = { widgets: [], departments: [] };

const setUp = () => {
  const air = fakeAir();
  const desk = new Desk(2);
  const onSpared = vi.fn();
  const fanOut = createFeedFanOut({
    desk,
    assigned: createAssignedOperators(),
    publish: air.publish,
    onSent: vi.fn(),
    onSpared,
    heldMaxBytes: 100,
  });
  const join = (userId: string, sources?: Sources, phase: FeedPhase = 'live') => {
    const connection = new FakeConnection();
    air.connections.push(connection);
    const session = deskSession(userId, sources, connection);
    const seat = desk.add(session);
    seat.phases.fill(phase);
    if (phase !== 'live') return session;
    desk.arriving.delete(seat);
    session.phase = 'live';
    for (const topic of [deskTopic, ephemeralTopic(seat.sourceClass)]) connection.subscribe(topic);
    for (const partition of [0, 1]) connection.subscribe(feedTopic(partition, seat.sourceClass));
    return session;
  };
  const seatOf = (session: ReturnType<typeof deskSession>) => desk.seats.get(session)!;
  return { desk, fanOut, join, seatOf, onSpared };
};
const filtered = (text: string, routing: string) =>
  busEvent(text, { audience: 'filtered', routing });

describe('an event of a feed', () => {
  it('for all reaches every class once', () => {
    const { fanOut, join } = setUp();
    const sessions = [join('a'), join('b', widgets('w')), join('c', nothing)];
    fanOut(0, busEvent('x', { audience: 'all' }));
    expect(sessions.map(receivedBy)).toEqual([['x'], ['x'], ['x']]);
  });

  it('for one operator reaches all sessions of that operator alone', () => {
    const { fanOut, join } = setUp();
    const sessions = [join('a'), join('a', nothing), join('b')];
    fanOut(0, busEvent('x', { audience: 'operator', subject: 'a' }));
    expect(sessions.map(receivedBy)).toEqual([['x'], ['x'], []]);
  });

  it('is filtered by sources, and reaches the assigned operator once whether they match or not', () => {
    const { fanOut, join } = setUp();
    const sessions = [
      join('all'),
      join('w', widgets('w')),
      join('v', widgets('v')),
      join('me', nothing),
      join('me'),
    ];
    fanOut(0, filtered('to w', 'w,,me'));
    fanOut(0, filtered('from w to v', 'w,,me;v,,'));
    fanOut(0, filtered('of an unknown chat', '-'));
    expect(sessions.map(receivedBy)).toEqual([
      ['to w', 'from w to v', 'of an unknown chat'],
      ['to w', 'from w to v'],
      ['from w to v'],
      ['to w', 'from w to v'],
      ['to w', 'from w to v', 'of an unknown chat'],
    ]);
  });

  it('is held for who is level with its feed but not yet with all', () => {
    const { fanOut, join, seatOf } = setUp();
    const level = join('a', widgets('w'), 'level');
    const behind = join('b', undefined, 'behind');
    fanOut(1, filtered('logged', 'w,,'));
    fanOut(1, filtered('not mine', 'v,,'));
    const { position: _none, ...ephemeral } = busEvent('ephemeral', { audience: 'all' });
    fanOut(1, ephemeral);
    const held = (session: typeof level) =>
      seatOf(session).held.map((frame) => Buffer.from(frame).toString());
    expect(held(level)).toEqual(['logged', 'ephemeral']);
    expect(held(behind)).toEqual(['ephemeral']);
    expect(receivedBy(level)).toEqual([]);
  });

  it('without position is not sent to whose reader lags, assigned or not', () => {
    const { desk, fanOut, join, onSpared } = setUp();
    const [slow, other] = [join('slow', widgets('w')), join('other', widgets('w'))];
    const { position: _none, ...typing } = filtered('typing', 'w,,slow');
    const { position: _neither, ...assigned } = filtered('assigned', 'v,,slow');
    spareSeat(slow, true, desk);
    for (const event of [typing, assigned, filtered('message', 'w,,')]) fanOut(0, event);
    changeSources(slow, widgets('v'), desk);
    const { position: _nor, ...elsewhere } = filtered('elsewhere', 'v,,');
    fanOut(1, elsewhere);
    spareSeat(slow, false, desk);
    fanOut(1, elsewhere);
    expect(receivedBy(slow)).toEqual(['message', 'elsewhere']);
    expect(receivedBy(other)).toEqual(['typing', 'message']);
    expect(onSpared.mock.calls).toEqual([[1], [1], [1]]);
  });

  it('is held by the sources of now, and for an operator alone by that operator', () => {
    const { desk, fanOut, join, seatOf } = setUp();
    const session = join('a', widgets('w'), 'level');
    changeSources(session, widgets('v'), desk);
    fanOut(0, filtered('of w', 'w,,'));
    fanOut(0, filtered('of v', 'v,,'));
    for (const subject of ['a', 'b']) {
      fanOut(1, busEvent(`for ${subject}`, { audience: 'operator', subject }));
    }
    const held = seatOf(session).held.map((frame) => Buffer.from(frame).toString());
    expect(held).toEqual(['of v', 'for a']);
    expect((session.connection as FakeConnection).topics.size).toBe(0);
  });

  it('ends who has too much held', () => {
    const { fanOut, join } = setUp();
    const session = join('a', undefined, 'level');
    fanOut(0, busEvent('x'.repeat(100), { audience: 'all' }));
    expect(session.phase).toBe('joining');
    fanOut(0, busEvent('x', { audience: 'all' }));
    expect((session.connection as FakeConnection).closedWith).toBe(4002);
  });
});

describe('classes', () => {
  it('are shared by sources that push the same, whatever their order and names', () => {
    expect(classKey(widgets('a', 'b'))).toBe(
      classKey({ widgets: [{ id: 'b', name: 'B' }, { id: 'a' }, { id: 'a' }], departments: null }),
    );
    expect(classKey(nothing)).not.toBe(classKey({ widgets: null, departments: null }));
    expect(classKey(widgets('a,b'))).not.toBe(classKey(widgets('a', 'b')));
  });

  it('are forgotten with their last session', () => {
    const { desk, join } = setUp();
    const [one, two] = [join('a', widgets('w')), join('b', widgets('w'))];
    expect(desk.classes.size).toBe(1);
    desk.remove(one);
    expect(desk.classes.size).toBe(1);
    desk.remove(two);
    desk.remove(two);
    expect(desk.classes.size).toBe(0);
    expect([...desk.seatsOf('a')]).toEqual([]);
  });

  it('change with the sources of a live session from the next event on', () => {
    const { desk, fanOut, join } = setUp();
    const session = join('a', widgets('w'));
    fanOut(0, filtered('one', 'w,,'));
    changeSources(session, widgets('v'), desk);
    fanOut(0, filtered('two', 'w,,'));
    fanOut(1, filtered('three', 'v,,'));
    expect(receivedBy(session)).toEqual(['one', 'three']);
    expect(desk.classes.size).toBe(1);
  });
});

describe('whatever the sources and the chat', () => {
  const id = fc.constantFrom('a', 'b', '', undefined);
  const list = fc.option(fc.subarray([{ id: 'a' }, { id: 'b' }]), { nil: null });
  const operators = fc.array(
    fc.record({ user: fc.constantFrom('a', 'b', 'c'), widgets: list, departments: list }),
    { maxLength: 8 },
  );
  const chat = fc.record({ widget: id, department: id, operator: id });

  it('each session gets an event once if a plain reading of the rule says so, and else not', () => {
    fc.assert(
      fc.property(operators, fc.array(chat, { minLength: 1, maxLength: 2 }), (given, states) => {
        const { fanOut, join } = setUp();
        const sessions = given.map(({ user, ...sources }) => join(user, sources));
        const line = states.map((state) =>
          [state.widget, state.department, state.operator].map((part) => part ?? '-').join(','),
        );
        fanOut(0, filtered('x', line.join(';')));
        const expected = given.map(({ user, widgets: ws, departments: ds }) =>
          states.some(
            ({ widget, department, operator }) =>
              operator === user ||
              ((ws === null || ws.some((one) => one.id === widget)) &&
                (ds === null || !department || ds.some((one) => one.id === department))),
          ),
        );
        expect(sessions.map((session) => receivedBy(session).length)).toEqual(expected.map(Number));
      }),
      { numRuns: 300 },
    );
  });
});
