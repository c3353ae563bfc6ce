/** Examples of the published frames that the backend's updates and notifications become. */
import { at, maria, openChat } from './example-entities.ts';
import { logged } from './example-envelope.ts';
import type { Example } from './example.ts';

export const updateFrameExamples: Record<
  'chatUpdated' | 'operatorUpdated' | 'globalUpdated' | 'chatNotification',
  Example[]
> = {
  chatUpdated: [
    {
      name: 'assigned',
      summary: 'The chat was assigned to an operator',
      payload: {
        event: 'chatUpdated',
        ...logged(
          '01958f3c-8000-7b11-9c1f-7d1200aa0009',
          at('09:12:19.000'),
          '11:1772442739000-0.10ab99',
        ),
        data: { chat: openChat },
      },
    },
  ],
  operatorUpdated: [
    {
      name: 'away',
      summary: 'An operator takes a break',
      payload: {
        event: 'operatorUpdated',
        event_id: '01958f41-0000-7b11-9c1f-7d1200aa0010',
        ts: at('09:25:00.000'),
        position: '0:1772443500000-0.6600ca',
        data: {
          operator: {
            id: maria.id,
            name: maria.name,
            status: 'away',
            away_reason: 'Lunch',
            routing_status: 'not_accepting_chats',
            active_chats: 2,
            max_chats: 5,
          },
        },
      },
    },
  ],
  globalUpdated: [
    {
      name: 'incident',
      summary: 'Whatever the backend posted to /global',
      payload: {
        event: 'globalUpdated',
        event_id: '01958f41-1000-7b11-9c1f-7d1200aa0011',
        ts: at('09:26:00.000'),
        position: '0:1772443560000-0.6600cb',
        data: {
          queue_length: 14,
          banner: { level: 'warning', text: 'Partner network outage in Turkey, see INC-5512' },
        },
      },
    },
  ],
  chatNotification: [
    {
      name: 'waiting',
      summary: 'The assigned operator is reminded',
      payload: {
        event: 'chatNotification',
        ...logged(
          '01958f41-2000-7b11-9c1f-7d1200aa0012',
          at('09:27:00.000'),
          '11:1772443620000-0.6600cc',
        ),
        data: {
          chat: openChat,
          notification: {
            kind: 'sla',
            title: 'Anna has been waiting for 5 minutes',
            level: 'warning',
          },
        },
      },
    },
  ],
};
