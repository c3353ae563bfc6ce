import { describe, expect, it, vi } from 'vitest';
import { createAwaitedEvents } from '../session/awaited-events.ts';
import { busEvent, chatSession, fakeAir, FakeConnection, receivedBy } from '../test/fakes.ts';
import { topicsOf } from './audience.ts';
import { createRoomFanOut } from './fan-out.ts';
import { Room } from './room.ts';

const setUp = () => {
  const air = fakeAir();
  const awaited = createAwaitedEvents();
  const onSent = vi.fn();
  const onSpared = vi.fn();
  const fanOut = createRoomFanOut({ publish: air.publish, awaited, onSent, onSpared });
  const room = new Room('chat', vi.fn());
  const join = (userId: string, role: 'client' | 'operator' = 'client', live = true) => {
    const connection = new FakeConnection();
    air.connections.push(connection);
    const session = chatSession(userId, role, connection);
    room.add(session);
    if (!live) return session;
    session.phase = 'live';
    for (const topic of topicsOf('chat', role)) connection.subscribe(topic);
    return session;
  };
  return { fanOut, awaited, room, join, onSent, onSpared };
};

describe('an event of a room', () => {
  it('reaches its audience, each socket once, and is counted', () => {
    const { fanOut, room, join, onSent } = setUp();
    const sockets = [join('ann'), join('bob'), join('op', 'operator')];
    fanOut.logged(room, busEvent('both'));
    fanOut.logged(room, busEvent('seen', { clientsFrame: Buffer.from('trimmed') }));
    fanOut.logged(room, busEvent('note', { audience: 'operators' }));
    fanOut.logged(room, busEvent('system', { audience: 'clients' }));
    expect(sockets.map(receivedBy)).toEqual([
      ['both', 'trimmed', 'system'],
      ['both', 'trimmed', 'system'],
      ['both', 'seen', 'note'],
    ]);
    expect(onSent.mock.calls.map(([, count]) => count as number)).toEqual([3, 3, 1, 2]);
  });

  it('that somebody waits for goes to that socket with its request id, at its place', () => {
    const { fanOut, awaited, room, join } = setUp();
    const [ann, bob] = [join('ann'), join('bob')];
    awaited.expect('event of {"mine":1}', ann, 'r1');
    for (const text of ['{"a":1}', '{"mine":1}', '{"b":1}']) fanOut.logged(room, busEvent(text));
    expect(receivedBy(ann)).toEqual(['{"a":1}', '{"request_id":"r1","mine":1}', '{"b":1}']);
    expect(receivedBy(bob)).toEqual(['{"a":1}', '{"mine":1}', '{"b":1}']);
  });

  it('settles the wait of a sender without a request id too', async () => {
    const { fanOut, awaited, room, join } = setUp();
    const ann = join('ann');
    const { passed } = awaited.expect('event of x', ann, undefined);
    fanOut.logged(room, busEvent('x'));
    await passed;
    expect(receivedBy(ann)).toEqual(['x']);
    expect(awaited.isAwaited('event of x')).toBe(false);
  });

  it('about a user leaves out all sockets of that user and nobody else', () => {
    const { fanOut, room, join } = setUp();
    const [one, two, bob] = [join('ann'), join('ann'), join('bob')];
    const namesake = join('ann', 'operator');
    fanOut.ephemeral(room, busEvent('typing', { subject: 'client:ann' }));
    fanOut.logged(room, busEvent('message'));
    expect([one, two, bob, namesake].map(receivedBy)).toEqual([
      ['message'],
      ['message'],
      ['typing', 'message'],
      ['typing', 'message'],
    ]);
  });

  it('without position is not sent to whose reader lags, and comes again when it does not', () => {
    const { fanOut, room, join, onSpared } = setUp();
    const [slow, bob] = [join('slow'), join('bob')];
    room.spared.add(slow);
    fanOut.ephemeral(room, busEvent('typing'));
    fanOut.logged(room, busEvent('message'));
    fanOut.ephemeral(room, busEvent('own', { subject: 'client:slow' }));
    room.spared.delete(slow);
    fanOut.ephemeral(room, busEvent('later'));
    expect(receivedBy(slow)).toEqual(['message', 'later']);
    expect(receivedBy(bob)).toEqual(['typing', 'message', 'own', 'later']);
    expect(onSpared.mock.calls).toEqual([[1]]);
  });

  it('without position is kept for who is joining, unless it is about them', () => {
    const { fanOut, room, join } = setUp();
    const joining = join('ann', 'client', false);
    fanOut.ephemeral(room, busEvent('bob came', { subject: 'client:bob' }));
    fanOut.ephemeral(room, busEvent('ann came', { subject: 'client:ann' }));
    fanOut.logged(room, busEvent('logged'));
    expect(room.release(joining).map(({ frame }) => frame.toString())).toEqual(['bob came']);
    fanOut.ephemeral(room, busEvent('later'));
    expect(room.release(joining)).toEqual([]);
    expect(receivedBy(joining)).toEqual([]);
  });

  it('is kept for a hundred at most, the newest', () => {
    const { fanOut, room, join } = setUp();
    const joining = join('ann', 'client', false);
    for (let index = 0; index < 150; index += 1) fanOut.ephemeral(room, busEvent(String(index)));
    const kept = room.release(joining);
    expect(kept).toHaveLength(100);
    expect(kept[0]!.frame.toString()).toBe('50');
  });
});

describe('a wait for an event', () => {
  it('is over when its session ends', async () => {
    const { awaited, join } = setUp();
    const ann = join('ann');
    const { passed } = awaited.expect('e', ann, 'r');
    awaited.forget(ann);
    await passed;
    expect(awaited.cancel('e')).toBe(false);
  });
});
