/** How a client sends, sends again, and takes no for an answer. */
import { holds, same, type Case } from './case.ts';
import type { Visit } from './scripted-server.ts';

const sent = (visit: Visit) => visit.frames.next(({ event }) => event === 'sendMessage');

const own = (clientMessageId: string) => ({
  client_message_id: clientMessageId,
  user: { id: 'v1', role: 'client' },
});

const refusal = (id: string, more: object) => ({
  client_message_id: id,
  chat_id: 'c1',
  message: 'No',
  ...more,
});

export const messageCases: readonly Case[] = [
  {
    name: 'sends a message with its id, and tells when it was accepted',
    async run({ subject, settled, tells }) {
      const visit = await settled();
      subject.send('own1', 'Hello');
      const { id, data } = await sent(visit);
      same([data['client_message_id'], data['text']], ['own1', 'Hello'], 'data');
      holds(typeof id === 'string' && id !== '' && id.length <= 64, `the frame's id is ${id}`);
      visit.message(2, { request_id: id }, own('own1'));
      await tells('accepted', 'own1', 'm2');
    },
  },
  {
    name: 'sends what was given while it was away',
    async run({ server, subject, settled }) {
      const visit = await settled();
      visit.drop();
      await visit.gone;
      subject.send('own1', 'Hello');
      const back = await server.visits.next();
      back.welcome();
      back.say('caughtUp', { count: 0 });
      same((await sent(back)).data['client_message_id'], 'own1', 'client_message_id');
    },
  },
  {
    name: 'sends again with the same id what was not answered, and takes the repeat for the answer',
    async run({ server, subject, settled, tells, told }) {
      const visit = await settled();
      subject.send('own1', 'Hello');
      await sent(visit);
      visit.drop();
      const back = await server.visits.next();
      back.welcome();
      back.say('caughtUp', { count: 0 });
      const { id, data } = await sent(back);
      same(data['client_message_id'], 'own1', 'client_message_id');
      const message = { id: 'm2', chat_id: 'c1', type: 'standard', text: 'Hello', ...own('own1') };
      back.say('messageAdded', { message }, { event_id: 'e2', request_id: id, duplicate: true });
      await tells('accepted', 'own1', 'm2');
      back.message(2, {}, own('own1'));
      back.message(3);
      await tells('event', 'messageAdded', 'e3');
      const copies = told.all.filter(([what, , eventId]) => what === 'event' && eventId === 'e2');
      same(copies.length, 1, 'times that its own message was given');
    },
  },
  {
    name: 'does not send again what was answered',
    async run({ server, subject, settled, tells, pause }) {
      const visit = await settled();
      subject.send('own1', 'Hello');
      const { id } = await sent(visit);
      visit.message(2, { request_id: id }, own('own1'));
      await tells('accepted', 'own1', 'm2');
      visit.drop();
      const back = await server.visits.next();
      back.welcome();
      back.say('caughtUp', { count: 0 });
      await pause(300);
      same(
        back.frames.all.filter(({ event }) => event === 'sendMessage'),
        [],
        'messages sent again',
      );
    },
  },
  {
    name: 'tells the code of a refusal that is final, and sends no more of it',
    async run({ subject, settled, tells, pause }) {
      const visit = await settled();
      subject.send('own1', 'Hello');
      const { id } = await sent(visit);
      const data = refusal('own1', { code: 'chat_closed', retryable: false });
      visit.say('messageNotAdded', data, { request_id: id });
      await tells('refused', 'own1', 'chat_closed');
      await pause(300);
      same(visit.frames.all.filter(({ event }) => event === 'sendMessage').length, 1, 'attempts');
    },
  },
  {
    name: 'sends again, not before the server wants it, what was refused for the moment',
    async run({ subject, settled, tells }) {
      const visit = await settled();
      subject.send('own1', 'Hello');
      const first = await sent(visit);
      const refusedAtMs = performance.now();
      const data = refusal('own1', { code: 'rate_limited', retryable: true, retry_after_ms: 500 });
      visit.say('messageNotAdded', data, { request_id: first.id });
      const again = await sent(visit);
      same(again.data['client_message_id'], 'own1', 'client_message_id');
      const waitedMs = again.atMs - refusedAtMs;
      holds(waitedMs >= 495, `sent again after ${Math.round(waitedMs)} ms`);
      visit.message(2, { request_id: again.id }, own('own1'));
      await tells('accepted', 'own1', 'm2');
    },
  },
];
