/**
 * The whole client against a model of a server, with whatever can happen in between: every event is
 * given once and in order, or it was told that this cannot be had; every message is in the log once,
 * in the order of the calls; and nobody comes back before it may. `MODEL_RUNS=10000` looks longer.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClientError } from './client-error.ts';
import { connectChat } from './connect-chat.ts';
import { connectDesk } from './connect-desk.ts';
import { createFakeClock, type FakeClock } from './test/fake-clock.ts';
import { ModelServer } from './test/model-server.ts';

/** What is known without looking at the client. */
interface Expected {
  readonly calls: string[];
}

interface Played {
  readonly clock: FakeClock;
  readonly server: ModelServer;
  /** What the listener got, and `reload`, in their order. */
  readonly given: string[];
  /** By the id of the message: the id that its promise gave, or the code of the refusal. */
  readonly answers: Map<string, string>;
  readonly send: (id: string) => void;
  readonly wake: () => void;
  /** So many times no token can be had. */
  readonly withhold: (times: number) => void;
  /** So many times whoever is asked for a token does not answer. */
  readonly ignore: (times: number) => void;
  readonly close: () => void;
}

type Command = fc.AsyncCommand<Expected, Played>;

const command = (name: string, run: (played: Played, expected: Expected) => unknown): Command => ({
  check: () => true,
  run: async (expected, played) => {
    await run(played, expected);
    await played.clock.advance(0);
    expectSound(played);
  },
  toString: () => name,
});

const partition = fc.nat({ max: 2 });
const codes = fc.constantFrom(1001, 1006, 1012, 1013, 4001, 4002, 4008, 1000);
const wait = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 60, max: 50_000 }));

const commands = [
  partition.map((at) =>
    command(`post(${at})`, ({ server }) => server.post(at % server.logs.length)),
  ),
  partition.map((at) =>
    command(`post(${at})`, ({ server }) => server.post(at % server.logs.length)),
  ),
  fc.constant(null).map(() =>
    command('send', ({ send }, { calls }) => {
      const id = `own${calls.length}`;
      calls.push(id);
      send(id);
    }),
  ),
  wait.map((ms) => command(`advance(${ms})`, ({ clock }) => clock.advance(ms))),
  wait.map((ms) => command(`advance(${ms})`, ({ clock }) => clock.advance(ms))),
  fc.constant(command('cut', ({ server }) => server.cut())),
  codes.map((code) => command(`dismiss(${code})`, ({ server }) => server.dismiss(code))),
  fc
    .nat({ max: 9_000 })
    .map((ms) => command(`drain(${ms})`, ({ server }) => server.dismiss(4001, ms))),
  fc.constant(command('rateLimit', ({ server }) => server.dismiss(4429, 5_000))),
  fc.constant(
    command('expire', ({ server }) => {
      server.faults.token += 1;
      server.dismiss(4004);
    }),
  ),
  fc.constant(
    command('rollBack', ({ server }) => {
      server.trim();
      server.dismiss(4003);
    }),
  ),
  fc.constant(command('trim', ({ server }) => server.trim())),
  fc.constant(
    command('goDark', ({ server }) => {
      if (server.socket !== undefined) server.socket.isDark = true;
    }),
  ),
  fc
    .nat({ max: 4 })
    .map((n) => command(`refuse(${n})`, ({ server }) => (server.faults.refusals = n))),
  fc.nat({ max: 6 }).map((n) => command(`later(${n})`, ({ server }) => (server.faults.laters = n))),
  fc
    .nat({ max: 5 })
    .map((n) => command(`overlap(${n})`, ({ server }) => (server.faults.overlap = n))),
  fc
    .nat({ max: 5 })
    .map((n) => command(`break(${n})`, ({ server }) => (server.faults.breakAfter = n))),
  fc.nat({ max: 3 }).map((n) => command(`noToken(${n})`, ({ withhold }) => withhold(n))),
  fc.nat({ max: 3 }).map((n) => command(`noAnswer(${n})`, ({ ignore }) => ignore(n))),
  fc.constant(command('wake', ({ wake }) => wake())),
];

/** More than there ever is. */
const wholeHistory = 200;

interface Setting {
  readonly partitions: number;
  readonly history: number;
  readonly chance: number;
  /** Events that are there before the client. */
  readonly before: number;
}

const play = ({ partitions, history, chance, before }: Setting): Played => {
  const clock = createFakeClock();
  const server = new ModelServer(clock, partitions);
  for (let at = 0; at < before; at += 1) server.append(at % partitions);
  let withheld = 0;
  let ignored = 0;
  let wake = () => undefined as void;
  const given: string[] = [];
  const answers = new Map<string, string>();
  const options = {
    url: 'ws://model.test',
    history,
    token: () => {
      withheld -= 1;
      if (withheld >= 0) throw new Error('no token');
      ignored -= 1;
      if (ignored >= 0) return new Promise<string>(() => undefined);
      return String(server.faults.token);
    },
    environment: {
      ...clock,
      WebSocket: server.WebSocket,
      random: () => chance,
      watch: (callback: () => void) => {
        wake = callback;
        return () => undefined;
      },
    },
  };
  const chat = partitions === 1 ? connectChat({ ...options, chatId: 'c' }) : undefined;
  const connection = chat ?? connectDesk(options);
  connection.on('messageAdded', (_, { event_id: id }) => void given.push(id!));
  connection.on('reload', () => void given.push('reload'));
  return {
    clock,
    server,
    given,
    answers,
    send: (id) => {
      void chat?.sendMessage({ text: 'Hi', client_message_id: id }).then(
        (message) => answers.set(id, message.id),
        (error: unknown) => answers.set(id, error instanceof ClientError ? error.code : 'unknown'),
      );
    },
    wake: () => wake(),
    withhold: (times) => (withheld = times),
    ignore: (times) => (ignored = times),
    close: connection.close,
  };
};

/** What holds at any moment. */
const expectSound = ({ given, server, clock }: Played): void => {
  expect(server.complaints).toEqual([]);
  const ids = given.filter((id) => id !== 'reload');
  expect(new Set(ids).size, `twice: ${given.join(' ')}`).toBe(ids.length);
  const last = new Map<number, { number: number; reloads: number }>();
  let reloads = 0;
  for (const id of given) {
    if (id === 'reload') reloads += 1;
    else {
      const [partition, number] = id.slice(1).split('.').map(Number) as [number, number];
      const before = last.get(partition);
      // A hole, or an order that is not the room's, only where a reload was told.
      const isNext = before === undefined || number === before.number + 1;
      const isTold = before !== undefined && number > before.number && reloads > before.reloads;
      expect(isNext || isTold, `at ${clock.now()}: ${given.join(' ')}`).toBe(true);
      last.set(partition, { number, reloads });
    }
  }
};

/** Everything heals, and there is time. */
const heal = async ({ server, clock, withhold, ignore }: Played): Promise<void> => {
  Object.assign(server.faults, { refusals: 0, laters: 0, breakAfter: -1 });
  withhold(0);
  ignore(0);
  await clock.advance(300_000);
  for (const at of server.logs.keys()) server.post(at);
  await clock.advance(1_000);
};

const expectComplete = ({ server, given, answers }: Played, { calls }: Expected): void => {
  for (const log of server.logs) expect(given).toContain(log.at(-1)?.eventId);
  const own = server.logs[0]!.flatMap(({ clientMessageId }) => clientMessageId ?? []);
  expect(own).toEqual(calls.filter((id) => own.includes(id)));
  for (const id of calls) {
    const event = server.logs[0]!.find(({ clientMessageId }) => clientMessageId === id);
    const isAccepted = answers.get(id) === event?.messageId && event !== undefined;
    expect(isAccepted || answers.get(id) === 'rate_limited', `${id}: ${answers.get(id)}`).toBe(
      true,
    );
  }
};

const numRuns = Number(process.env['MODEL_RUNS'] ?? 150);

test.each([
  ['a room', 1],
  ['a desk', 3],
])(
  '%s is given whole, once and in order, whatever happens',
  { timeout: 600_000 },
  async (_, partitions) => {
    const setting = fc.record({
      partitions: fc.constant(partitions),
      history: fc.constantFrom(0, 0, 3, wholeHistory),
      chance: fc.constantFrom(0, 0.5, 0.999),
      before: fc.nat({ max: 9 }),
    });
    const property = fc.asyncProperty(
      setting,
      fc.commands(commands, { maxCommands: 60, size: '+1' }),
      async (setting, commands) => {
        const played = play(setting);
        const expected: Expected = { calls: [] };
        await fc.asyncModelRun(() => ({ model: expected, real: played }), commands);
        await heal(played);
        expectSound(played);
        if (partitions === 1) expectComplete(played, expected);
        else expectComplete(played, { calls: [] });
        played.close();
      },
    );
    await fc.assert(property, { numRuns });
  },
);
