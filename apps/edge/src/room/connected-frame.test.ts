import {
  connectedHeartbeat,
  connectedLimits,
  defaultLimits,
  serverFrames,
} from '@switchboard/protocol';
import { describe, expect, it } from 'vitest';
import { chatSession } from '../test/fakes.ts';
import { createConnectedFrame } from './connected-frame.ts';
import { takeSnapshot } from './snapshot.ts';

const encodeConnected = createConnectedFrame({ limits: defaultLimits, now: () => 0 });
const ann = { id: 'ann "the first"', role: 'client', name: 'Änn\u2028' } as const;
const olga = { id: 'olga', role: 'operator' } as const;
const sessions: [] = [];
const reading = Promise.resolve({
  members: [
    { user: 'client:ann' as const, userJson: JSON.stringify(ann), sessions, sinceMs: 0 },
    { user: 'operator:olga' as const, userJson: JSON.stringify(olga), sessions, sinceMs: 0 },
  ],
  total: 5,
});

describe('connected', () => {
  it.each([true, false, undefined])('is what its schema says, resumed: %s', async (resumed) => {
    const session = chatSession('ann "the first"');
    const snapshot = await takeSnapshot(reading);
    const text = encodeConnected(session, { ...snapshot, position: '1-0.abcdefgh', resumed });
    expect(serverFrames.connected.parse(JSON.parse(text))).toEqual(JSON.parse(text));
    expect(JSON.parse(text)).toEqual({
      event: 'connected',
      ts: '1970-01-01T00:00:00.000Z',
      chat_id: 'chat',
      data: {
        session_id: session.id,
        user: session.identity.user,
        chat_id: 'chat',
        members: [ann, olga],
        members_total: 5,
        ...(resumed !== undefined && { resumed }),
        position: '1-0.abcdefgh',
        limits: connectedLimits(defaultLimits),
        heartbeat: connectedHeartbeat(defaultLimits),
      },
    });
  });

  it('of an empty room names nobody', async () => {
    const snapshot = await takeSnapshot(Promise.resolve({ members: [], total: 0 }));
    expect(snapshot).toEqual({ membersJson: '[]', total: 0 });
  });
});
