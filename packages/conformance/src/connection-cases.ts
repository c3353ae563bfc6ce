/** How a client connects, comes back and stays away. */
import { holds, same, type Case } from './case.ts';

/** Longer than the first attempts to come back take. */
const longMs = 2_500;

export const connectionCases: readonly Case[] = [
  {
    name: 'offers its token as a subprotocol, and never in the URL',
    async run({ server, settled, tokens }) {
      const visit = await settled();
      same(visit.protocols, ['bearer', tokens[0]], 'subprotocols');
      same(visit.url.pathname, '/chat', 'path');
      same(visit.url.searchParams.get('chat_id'), 'c1', 'chat_id');
      holds(!visit.url.search.includes(tokens[0]!), 'the token is in the URL');
      same(server.visits.all.length, 1, 'connects');
    },
  },
  {
    name: 'comes back after a break, with the position of the last event that it received',
    async run({ server, settled, tells }) {
      const visit = await settled();
      visit.message(2);
      await tells('event', 'messageAdded', 'e2');
      visit.drop();
      const back = await server.visits.next();
      same(back.url.searchParams.get('since'), '2', 'since');
    },
  },
  {
    name: 'takes the position of a checkpoint',
    async run({ server, settled, tells }) {
      const visit = await settled();
      visit.say('checkpoint', { position: '7' });
      visit.say(
        'messageAdded',
        { message: { id: 'm', chat_id: 'c1', type: 'standard', text: 'x' } },
        { event_id: 'unlogged' },
      );
      await tells('event', 'messageAdded', 'unlogged');
      visit.close(4002);
      same((await server.visits.next()).url.searchParams.get('since'), '7', 'since');
    },
  },
  {
    name: 'gives an event once, also when it comes again',
    async run({ server, settled, tells, told }) {
      (await settled()).drop();
      const back = await server.visits.next();
      back.welcome();
      back.message(1);
      back.message(2);
      back.message(2);
      back.say('caughtUp', { count: 3 });
      back.message(3);
      await tells('event', 'messageAdded', 'e3');
      const given = told.all.filter(([what]) => what === 'event').map(([, , id]) => id);
      same(
        given.filter((id) => /^e\d$/u.test(id ?? '')),
        ['e1', 'e2', 'e3'],
        'events given',
      );
    },
  },
  {
    name: 'waits as long as the server asks when it drains',
    async run({ server, settled }) {
      const visit = await settled();
      visit.say('disconnecting', { reason: 'draining', reconnect: true, retry_after_ms: 1_200 });
      visit.close(4001);
      await visit.gone;
      const closedAtMs = performance.now();
      const waitedMs = (await server.visits.next()).atMs - closedAtMs;
      // The close was seen there some milliseconds before it was seen here.
      holds(waitedMs > 1_100, `came back after ${Math.round(waitedMs)} ms`);
    },
  },
  {
    name: 'gets a new token before it comes back after 4004',
    async run({ server, settled, tokens }) {
      (await settled()).close(4004);
      const back = await server.visits.next();
      same(tokens.length, 2, 'tokens asked for');
      same(back.protocols[1], tokens[1], 'token');
      same(back.url.searchParams.get('since'), '1', 'since');
    },
  },
  {
    name: 'replaces a token that is about to expire on the open connection',
    async run({ server, settled, tokens }) {
      const visit = await settled();
      visit.say('tokenExpiring', { expires_in_ms: 60_000 });
      const frame = await visit.frames.next(({ event }) => event === 'refreshToken');
      same(frame.data, { token: tokens[1] }, 'data');
      same(server.visits.all.length, 1, 'connects');
    },
  },
  {
    name: 'does not come back after a code from 4500 on, and says so',
    async run({ server, settled, tells, pause }) {
      (await settled()).close(4501);
      await tells('ended');
      await pause(longMs);
      same(server.visits.all.length, 1, 'connects');
    },
  },
  {
    name: 'comes back after 1001, 1012 and codes that it does not know',
    async run({ server, settled }) {
      (await settled()).close(1001);
      for (const code of [1012, 4400]) {
        const visit = await server.visits.next();
        visit.welcome();
        visit.say('caughtUp', { count: 0 });
        visit.close(code);
      }
      await server.visits.next();
    },
  },
  {
    name: 'comes back without a position after 4003, and has the application load',
    async run({ server, settled, tells }) {
      (await settled()).close(4003);
      const back = await server.visits.next();
      same(back.url.searchParams.get('since'), null, 'since');
      back.welcome({ position: '50' });
      await tells('reload');
    },
  },
  {
    name: 'has the application load when its position was not honoured, before the next event',
    async run({ server, settled, tells, told }) {
      (await settled()).drop();
      const back = await server.visits.next();
      back.welcome({ resumed: false, position: '50' });
      back.message(51);
      await tells('event', 'messageAdded', 'e51');
      const order = told.all.map(([what]) => what);
      holds(order.includes('reload'), 'it told no reload');
      holds(order.indexOf('reload') < order.lastIndexOf('event'), 'it gave the event first');
    },
  },
  {
    name: 'asks for a sign of life when it hears nothing, and comes back when there is none',
    async run({ server, settled }) {
      const heartbeat = { ping_after_ms: 400, pong_timeout_ms: 2_000 };
      const visit = await settled({ heartbeat });
      await visit.frames.next(({ event }) => event === 'ping');
      visit.say('pong', {});
      await visit.frames.next(({ event }) => event === 'ping');
      same(server.visits.all.length, 1, 'connects after a pong');
      same((await server.visits.next()).url.searchParams.get('since'), '1', 'since');
    },
  },
  {
    name: 'lives on after frames that it does not know or cannot read',
    async run({ server, settled, tells }) {
      const visit = await settled();
      for (const text of ['', '{', 'null', '[]', '5', '{"event":5}', '{"event":"messageAdded"}'])
        visit.raw(text);
      visit.say('somethingNew', { a: 1 }, { event_id: 'new' });
      visit.say('constructor', {});
      visit.message(2);
      await tells('event', 'messageAdded', 'e2');
      same(server.visits.all.length, 1, 'connects');
    },
  },
];
