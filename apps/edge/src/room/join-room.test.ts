import type { Follow, Replay } from '@switchboard/bus';
import { defaultLimits } from '@switchboard/protocol';
import { expect, it } from 'vitest';
import { chatSession, FakeConnection } from '../test/fakes.ts';
import { createConnectedFrame } from './connected-frame.ts';
import { joinRoom, type JoinRoomParts } from './join-room.ts';
import { Room } from './room.ts';

it('a socket whose log is trimmed or rolled back while it reads what it missed is closed with 4003', async () => {
  const connection = new FakeConnection();
  const session = chatSession('ann', 'client', connection);
  Object.assign(session.ticket, { since: '1-0.abcdefgh' });
  const replay: Replay = { run: async () => 'lost' };
  const room = new Room('chat', async () => ({ membersJson: '[]', total: 0 }));
  room.follow = {
    position: '2-0.abcdefgh',
    ready: Promise.resolve(),
    replayFrom: async () => replay,
  } as unknown as Follow;
  const parts = {
    rooms: { enter: () => room },
    attendance: { enter: async () => undefined },
    encodeConnected: createConnectedFrame({ limits: defaultLimits, now: () => 0 }),
    replayBufferMaxBytes: 1_000,
    now: () => 0,
  } as unknown as JoinRoomParts;
  await joinRoom(session, parts, () => undefined);
  const [connected, disconnecting] = connection.received.map((frame) => JSON.parse(frame));
  expect(connected).toMatchObject({ event: 'connected', data: { resumed: true } });
  expect(disconnecting).toMatchObject({
    event: 'disconnecting',
    data: { reason: 'position_lost' },
  });
  expect(connection.closedWith).toBe(4003);
  expect(connection.topics.size).toBe(0);
});
