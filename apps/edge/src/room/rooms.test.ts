import { BusUnavailable, type Follow, type FollowListener } from '@switchboard/bus';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWheel } from '../clock/wheel.ts';
import { busEvent, chatSession, FakeConnection } from '../test/fakes.ts';
import { createRooms } from './rooms.ts';

const setUp = (ready: () => Promise<void> = () => Promise.resolve()) => {
  const follows: { listener: FollowListener; close: ReturnType<typeof vi.fn> }[] = [];
  const followRoom = (_chatId: string, listener: FollowListener): Follow => {
    const close = vi.fn();
    follows.push({ listener, close });
    return { ready: ready(), close } as never;
  };
  const fanOut = { logged: vi.fn(), ephemeral: vi.fn() };
  const onReceived = vi.fn();
  const rooms = createRooms({
    log: { followRoom },
    readMembers: vi.fn(),
    fanOut,
    wheel: createWheel(),
    lingerMs: 1_000,
    onReceived,
  });
  return { rooms, follows, fanOut, onReceived };
};

describe('rooms', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are followed once, whatever the number of their sockets', () => {
    const { rooms, follows } = setUp();
    const room = rooms.enter(chatSession('ann'));
    expect(rooms.enter(chatSession('bob'))).toBe(room);
    expect(follows).toHaveLength(1);
    expect(rooms.size).toBe(1);
  });

  it('are left a second after their last socket, unless another comes', () => {
    const { rooms, follows } = setUp();
    const [ann, bob] = [chatSession('ann'), chatSession('bob')];
    rooms.enter(ann);
    rooms.leave(ann);
    vi.advanceTimersByTime(900);
    rooms.enter(bob);
    vi.advanceTimersByTime(5_000);
    expect(follows[0]!.close).not.toHaveBeenCalled();
    rooms.leave(bob);
    rooms.leave(bob);
    vi.advanceTimersByTime(1_100);
    expect(follows[0]!.close).toHaveBeenCalledOnce();
    expect(rooms.size).toBe(0);
  });

  it('that cannot be followed are forgotten, so that the next socket tries again', async () => {
    const { rooms, follows } = setUp(() => Promise.reject(new BusUnavailable('away', 'no')));
    const ann = chatSession('ann');
    const first = rooms.enter(ann);
    await expect(first.follow.ready).rejects.toThrow('away');
    expect(rooms.size).toBe(0);
    expect(rooms.enter(chatSession('bob'))).not.toBe(first);
    expect(follows).toHaveLength(2);
    rooms.leave(ann);
    expect(rooms.size).toBe(1);
  });

  it('that took the place of one that could not be followed outlive it', async () => {
    const answers = [Promise.reject(new BusUnavailable('away', 'no')), Promise.resolve()];
    const { rooms, follows } = setUp(() => answers.shift()!);
    const [ann, bob] = [chatSession('ann'), chatSession('bob')];
    const first = rooms.enter(ann);
    rooms.leave(ann);
    await expect(first.follow.ready).rejects.toThrow('away');
    const second = rooms.enter(bob);
    vi.advanceTimersByTime(5_000);
    expect(rooms.get('chat')).toBe(second);
    expect(follows[1]!.close).not.toHaveBeenCalled();
  });

  it('give what is logged and what is not to the fan-out, and count both', () => {
    const { rooms, follows, fanOut, onReceived } = setUp();
    const room = rooms.enter(chatSession('ann'));
    const [logged, ephemeral] = [busEvent('a'), busEvent('b')];
    follows[0]!.listener.event(logged);
    follows[0]!.listener.ephemeral(ephemeral);
    expect(fanOut.logged).toHaveBeenCalledExactlyOnceWith(room, logged);
    expect(fanOut.ephemeral).toHaveBeenCalledExactlyOnceWith(room, ephemeral);
    expect(onReceived).toHaveBeenCalledTimes(2);
  });

  it('whose log is lost end all their sockets with 4003, joining ones too', () => {
    const { rooms, follows } = setUp();
    const connections = [new FakeConnection(), new FakeConnection()];
    const [live, joining] = connections.map((connection) =>
      chatSession('ann', 'client', connection),
    );
    for (const session of [live!, joining!]) rooms.enter(session);
    live!.phase = 'live';
    follows[0]!.listener.lost();
    expect(connections.map(({ closedWith }) => closedWith)).toEqual([4003, 4003]);
    expect(connections[0]!.received.map((frame) => JSON.parse(frame).data)).toEqual([
      { reason: 'position_lost', reconnect: true },
    ]);
    expect(connections[1]!.received).toEqual([]);
  });
});
