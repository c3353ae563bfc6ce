/** How a client keeps an operator's desk: one connection, and a position of its own for each partition. */
import { holds, same, type Case, type Stage } from './case.ts';
import type { Visit } from './scripted-server.ts';

/** The parts of `since`, in the order of their partitions: the client may write them in any. */
const sinceOf = ({ url }: Visit): string[] | undefined =>
  url.searchParams.get('since')?.split(',').toSorted();

/** Waits until the client has given this message of a partition. */
const given = ({ tells }: Stage, partition: number, number: number): Promise<void> =>
  tells('event', 'messageAdded', `e${partition}.${number}`);

const idsGiven = ({ told }: Stage): string[] =>
  told.all.flatMap(([what, name, id]) =>
    what === 'event' && name === 'messageAdded' && id !== undefined ? [id] : [],
  );

export const deskCases: readonly Case[] = [
  {
    name: 'opens the desk on its own socket, with its token as a subprotocol',
    async run({ server, deskSettled, tokens }) {
      const visit = await deskSettled();
      same(visit.protocols, ['bearer', tokens[0]], 'subprotocols');
      same(visit.url.pathname, '/broadcast', 'path');
      same(visit.url.searchParams.get('since'), null, 'since');
      holds(!visit.url.search.includes(tokens[0]!), 'the token is in the URL');
      same(server.visits.all.length, 1, 'connects');
    },
  },
  {
    name: 'comes back to the desk with the newest position of every partition',
    async run(stage) {
      const visit = await stage.deskSettled();
      visit.deskMessage(2, 7);
      visit.deskMessage(0, 2);
      visit.deskMessage(2, 8);
      await given(stage, 2, 8);
      visit.drop();
      same(sinceOf(await stage.server.visits.next()), ['0:2', '1:0', '2:8'], 'since');
    },
  },
  {
    name: 'takes a checkpoint for the position of all partitions, and goes on from there',
    async run(stage) {
      const visit = await stage.deskSettled();
      visit.say('checkpoint', { position: '0:5,1:6,2:7' });
      visit.deskMessage(1, 9);
      await given(stage, 1, 9);
      visit.close(4002);
      same(sinceOf(await stage.server.visits.next()), ['0:5', '1:9', '2:7'], 'since');
    },
  },
  {
    name: 'gives an event at the desk once, known by its id, and not by its place',
    async run(stage) {
      (await stage.deskSettled()).drop();
      const back = await stage.server.visits.next();
      back.welcomeDesk();
      back.deskMessage(0, 1);
      // The same number in another partition is another event.
      back.deskMessage(1, 1);
      back.deskMessage(1, 1);
      back.say('caughtUp', { count: 3 });
      back.deskMessage(2, 1);
      await given(stage, 2, 1);
      same(idsGiven(stage), ['e0.1', 'e1.1', 'e2.1'], 'events given');
    },
  },
  {
    name: 'goes on in each partition from where a resume was broken off',
    async run(stage) {
      (await stage.deskSettled()).drop();
      const back = await stage.server.visits.next();
      back.welcomeDesk();
      back.deskMessage(2, 1);
      back.deskMessage(2, 2);
      await given(stage, 2, 2);
      // No `caughtUp`: what the other partitions missed has not come.
      back.drop();
      same(sinceOf(await stage.server.visits.next()), ['0:1', '1:0', '2:2'], 'since');
    },
  },
  {
    name: 'has the application load when the place of the desk was not honoured, before the next event',
    async run(stage) {
      (await stage.deskSettled()).drop();
      const back = await stage.server.visits.next();
      back.welcomeDesk({ resumed: false, position: '0:50,1:50,2:50' });
      back.deskMessage(1, 51);
      await given(stage, 1, 51);
      same(whatWasTold(stage), ['event e0.1', 'reload', 'event e1.51'], 'told');
    },
  },
  {
    name: 'has the application load when it is greeted again, and goes on from the new position',
    async run(stage) {
      const visit = await stage.deskSettled();
      visit.welcomeDesk({ resumed: false, position: '0:50,1:50,2:50' });
      visit.deskMessage(0, 51);
      await given(stage, 0, 51);
      same(whatWasTold(stage), ['event e0.1', 'reload', 'event e0.51'], 'told');
      visit.drop();
      same(sinceOf(await stage.server.visits.next()), ['0:51', '1:50', '2:50'], 'since');
    },
  },
  {
    name: 'comes back to the desk without a position after 4003, and has the application load',
    async run({ server, deskSettled, tells }) {
      (await deskSettled()).close(4003);
      const back = await server.visits.next();
      same(back.url.searchParams.get('since'), null, 'since');
      back.welcomeDesk();
      await tells('reload');
    },
  },
  {
    name: 'gets a new token for the desk before it comes back after 4004',
    async run({ server, deskSettled, tokens }) {
      (await deskSettled()).close(4004);
      const back = await server.visits.next();
      same(tokens.length, 2, 'tokens asked for');
      same(back.protocols[1], tokens[1], 'token');
      same(sinceOf(back), ['0:1', '1:0', '2:0'], 'since');
    },
  },
];

/** Messages that were given, and reloads. */
const whatWasTold = ({ told }: Stage): string[] =>
  told.all.flatMap(([what, name, id]) => {
    if (what === 'reload') return [what];
    return what === 'event' && name === 'messageAdded' ? [`${what} ${id}`] : [];
  });
