/**
 * Who is pushed a chat's events, at random: chats that change, messages that say something of their chat,
 * operators whose sources change while they are online. The oracle is the contract's sentence on the source
 * filter, once more and as simple as can be.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Player } from './cast.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage({ concurrent: true });
const { backend, cast } = stage;

interface Source {
  id: string;
}

interface Sources {
  widgets: Source[] | null;
  departments: Source[] | null;
}

/** What is known of a chat: absent is unknown, null is known to be none. */
interface Chat {
  widget?: Source | null;
  department?: Source | null;
  operator_user?: Source | null;
}

/** The contract's sentence. */
const isFor = ({ widgets, departments }: Sources, operatorId: string, chat: Chat): boolean => {
  if (chat.operator_user?.id === operatorId) return true;
  const holds = (list: Source[], one: Source) => list.some(({ id }) => id === one.id);
  if (widgets !== null && !(chat.widget && holds(widgets, chat.widget))) return false;
  return departments === null || !chat.department || holds(departments, chat.department);
};

const desksTotal = 12;
const deskIds = Array.from({ length: desksTotal }, (_, index) => `o-${index}`);

const source = (kind: string) =>
  fc.constantFrom(...['a', 'b', 'c'].map((name) => ({ id: `${kind}-${name}` })));
const list = (kind: string) =>
  fc.option(fc.uniqueArray(source(kind), { maxLength: 3, selector: ({ id }) => id }));
const sources: fc.Arbitrary<Sources> = fc.record({
  widgets: list('w'),
  departments: list('d'),
});
const chatFacts: fc.Arbitrary<Chat> = fc.record(
  {
    widget: fc.option(source('w')),
    department: fc.option(source('d')),
    operator_user: fc.option(fc.constantFrom(...deskIds.map((id) => ({ id })))),
  },
  { requiredKeys: [] },
);

type Step =
  | { does: 'update'; chat: number; facts: Chat }
  | { does: 'say'; chat: number; facts: Chat | undefined }
  | { does: 'serve'; desk: number; sources: Sources };

const chat = fc.nat(2);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('update'), chat, facts: chatFacts }) },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('say'),
      chat,
      facts: fc.option(chatFacts, { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('serve'),
      desk: fc.nat(desksTotal - 1),
      sources,
    }),
  },
) as fc.Arbitrary<Step>;

/** One on each edge that gets everything: what it has got, its edge has handed on. */
let fences: Player[];
let desks: { player: Player; sources: Sources }[];

beforeAll(async () => {
  const all: Sources = { widgets: null, departments: null };
  fences = await Promise.all([0, 1].map((edge) => cast.desk({ edge, id: `fence-${edge}` })));
  const players = deskIds.map((id, index) => cast.desk({ edge: index % 2, id }));
  desks = (await Promise.all(players)).map((player) => ({ player, sources: all }));
});

const serve = async (desk: { player: Player; sources: Sources }, next: Sources): Promise<void> => {
  desk.sources = next;
  const { id } = desk.player;
  await backend.post('/update/operators', [{ id, sources: next }]);
  const shown = async () => (await backend.get(`/online-users?operator_id=${id}`))[0].sources;
  await expect.poll(shown, { timeout: 10_000, interval: 5 }).toEqual(next);
};

/** Plays on chats of its own; resolves to what each desk has to get and what it got. */
const play = async (plan: readonly Step[]) => {
  // Nothing was ever said in it or of it: such a chat has no audience that it could leave.
  const chats = Array.from({ length: 3 }, () => ({
    id: stage.name('chat'),
    known: {} as Chat,
    isNew: true,
  }));
  const wanted = desks.map(() => [] as string[]);
  const said: string[] = [];

  const note = (eventId: string, states: readonly Chat[]) => {
    said.push(eventId);
    for (const [index, { player, sources: own }] of desks.entries())
      if (states.some((state) => isFor(own, player.id, state))) wanted[index]!.push(eventId);
  };
  const fence = () =>
    Promise.all(
      fences.map((one) =>
        expect
          .poll(() => said.every((id) => one.frames.some(({ event_id }) => event_id === id)), {
            timeout: 10_000,
            interval: 5,
          })
          .toBe(true),
      ),
    );
  for (const step of plan) {
    if (step.does === 'serve') {
      await fence();
      await serve(desks[step.desk]!, step.sources);
      continue;
    }
    const { id, known, isNew } = chats[step.chat]!;
    const next = { ...known, ...step.facts };
    const { event_id } = await (step.does === 'update'
      ? backend.post('/update/chat', { id, ...step.facts })
      : backend.say(id, step.facts && { chat: { id, ...step.facts } }));
    note(event_id, isNew ? [next] : [known, next]);
    const isStillNew = isNew && step.does === 'update' && Object.keys(next).length === 0;
    chats[step.chat] = { id, known: next, isNew: isStillNew };
  }
  await fence();
  const got = await Promise.all(
    desks.map(async ({ player }) => {
      const request = stage.name('ping');
      player.sendFrame('ping', {}, request);
      await player.next(({ request_id }) => request_id === request);
      return player.frames.flatMap(({ event_id }) => said.filter((one) => one === event_id));
    }),
  );
  return { wanted, got };
};

test('is who the contract says, each once', { timeout: 120_000 }, async () => {
  const property = fc.asyncProperty(
    fc.array(steps, { minLength: 20, maxLength: 50 }),
    async (plan) => {
      const { wanted, got } = await play(plan);
      expect(got.map((ids) => ids.toSorted())).toEqual(wanted.map((ids) => ids.toSorted()));
    },
  );
  await fc.assert(property, { numRuns: 5, endOnFailure: true });
});
