/**
 * Roles × message types × (add, update, receipt, typing) × (HTTP, socket), at random: nothing reaches an
 * audience that may not see it, and everything reaches those who may, once. The oracle is the contract's
 * table, see `message-kinds.ts`.
 */
import type { Frame } from '@switchboard/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageKinds, note, standard, type MessageKind } from './message-kinds.ts';
import {
  clients,
  desks,
  everyone,
  openScene,
  operators,
  type Member,
  type Scene,
} from './scene.ts';
import { raiseStage } from './stage.ts';

// Whoever types here types again at once: how often is told has a test of its own.
const stage = raiseStage({ env: { TYPING_INTERVAL_MS: '0' } });
const { backend } = stage;

/** Scenes side by side, each with a property of its own: their seeds are apart. */
const scenes = 10;
const runsPerScene = 24;
const firstSeed = 20_240_601;

const inRoom = [...clients, ...operators] as const;
type RoomMember = (typeof inRoom)[number];

type Step =
  | { does: 'add'; by: 'backend'; kind: MessageKind }
  | { does: 'add'; by: RoomMember; kind: MessageKind }
  | { does: 'update'; of: number; naming: boolean }
  | { does: 'receipt'; of: number; by: RoomMember; level: 'Delivered' | 'Read'; upTo: boolean }
  | { does: 'typing'; by: RoomMember; isPrivate: boolean };

const kind = fc.constantFrom(...messageKinds);
const member = fc.constantFrom(...inRoom);
const flag = fc.boolean();

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant('add' as const), by: fc.constant('backend' as const), kind }),
  fc.record({ does: fc.constant('add' as const), by: member, kind }),
  fc.record({ does: fc.constant('update' as const), of: fc.nat(), naming: flag }),
  fc.record({
    does: fc.constant('receipt' as const),
    of: fc.nat(),
    by: member,
    level: fc.constantFrom('Delivered' as const, 'Read' as const),
    upTo: flag,
  }),
  fc.record({ does: fc.constant('typing' as const), by: member, isPrivate: flag }),
);

/** A message that is in the scene's log. */
interface Told {
  id: string;
  kind: MessageKind;
}

/** What a step must have done: exactly these members got this event. */
interface Effect {
  eventId: string;
  hears: readonly Member[];
  /** Receipts are told to desks once a second: one of them may stand for those before it. */
  deskMayMiss?: true;
}

const isOneOf = (names: readonly string[], name: string): boolean => names.includes(name);
const isClient = (name: string): boolean => isOneOf(clients, name);
const sameUser = (name: Member, other: string): boolean =>
  name === other ||
  (isOneOf(['visitor', 'secondTab'], name) && isOneOf(['visitor', 'secondTab'], other));

/** A play on one scene: what was told so far, and one method for each kind of step. */
const createPlay = (scene: Scene, start: Told) => {
  const told: Told[] = [start];
  const pick = (index: number): Told => told[index % told.length]!;
  let requests = 0;

  const ask = async (by: RoomMember, event: string, data: object): Promise<Frame> => {
    const id = `request-${(requests += 1)}`;
    scene[by].sendFrame(event, data, id);
    return scene[by].next(({ request_id }) => request_id === id);
  };

  const post = async (kindOfIt: MessageKind): Promise<Effect> => {
    const { id, event_id } = await backend.say(scene.chatId, {
      id: stage.name('m'),
      ...kindOfIt.fields,
    });
    told.push({ id, kind: kindOfIt });
    return { eventId: event_id, hears: kindOfIt.hears };
  };

  const send = async (by: RoomMember, kindOfIt: MessageKind): Promise<Effect | undefined> => {
    const may = kindOfIt === standard || (kindOfIt === note && !isClient(by));
    const answer = await ask(by, 'sendMessage', { type: kindOfIt.fields.type, text: 'x' });
    expect(answer.event).toBe(may ? 'messageAdded' : 'messageNotAdded');
    if (!may) return undefined;
    told.push({ id: answer.data.message.id, kind: kindOfIt });
    return { eventId: answer.event_id!, hears: kindOfIt.hears };
  };

  const update = async ({ of, naming }: Step & { does: 'update' }): Promise<Effect> => {
    const message = pick(of);
    const named = naming ? message.kind.fields : {};
    const body = { id: message.id, chat_id: scene.chatId, ...named, text: `edit-${requests}` };
    const { event_id } = await backend.put('/message', body);
    return { eventId: event_id, hears: message.kind.hears };
  };

  /** Who hears of a receipt up to a message: each audience that may see one at or before it. */
  const hearsUpTo = (last: Told): readonly Member[] => {
    const before = told.slice(0, told.indexOf(last) + 1);
    return everyone.filter((name) => before.some(({ kind: { hears } }) => hears.includes(name)));
  };

  const mark = async ({
    of,
    by,
    level,
    upTo,
  }: Step & { does: 'receipt' }): Promise<Effect | undefined> => {
    const message = pick(of);
    const may = message.kind.hears.includes(by);
    const answer = await ask(by, `markMessage${level}`, { message_id: message.id, up_to: upTo });
    expect(answer.event).toBe(may ? 'messageUpdated' : 'error');
    if (!may || answer.data.changed.length === 0) return undefined;
    const hears = upTo ? hearsUpTo(message) : message.kind.hears;
    return { eventId: answer.event_id!, hears, deskMayMiss: true };
  };

  const isBegun = ({ event, data }: Frame) => event === 'typingUpdated' && data.is_typing;

  const type = async ({ by, isPrivate }: Step & { does: 'typing' }): Promise<Effect> => {
    const hidden = isPrivate && !isClient(by);
    const hears = everyone.filter((name) => !sameUser(name, by) && !(hidden && isClient(name)));
    scene[by].sendFrame('updateTyping', {
      is_typing: true,
      is_private: isPrivate,
      preview: 'so far',
    });
    const frames = await Promise.all(hears.map((name) => scene[name].next(isBegun)));
    return { eventId: frames[0]!.event_id!, hears };
  };

  const perform = async (one: Step): Promise<Effect | undefined> => {
    if (one.does === 'update') return update(one);
    if (one.does === 'receipt') return mark(one);
    if (one.does === 'typing') return type(one);
    return one.by === 'backend' ? post(one.kind) : send(one.by, one.kind);
  };
  return { told, perform };
};

/** Typing that ends is told to whoever was told of it, and a desk hears of the last receipt of a second. */
const isFree = ({ event, data }: Frame): boolean => event === 'typingUpdated' && !data.is_typing;

const checkEffect = ({ eventId, hears, deskMayMiss }: Effect, scene: Scene): void => {
  const got = scene.whoGot(eventId);
  const must = deskMayMiss ? hears.filter((name) => !isOneOf(desks, name)) : hears;
  expect(new Set(got).size).toBe(got.length);
  expect(got.filter((name) => !isOneOf(hears, name))).toEqual([]);
  expect(must.filter((name) => !isOneOf(got, name))).toEqual([]);
};

/** A receipt up to a message names to each audience one that it may see; an id not in `told` is a fence's. */
const checkIds = (scene: Scene, told: readonly Told[]): void => {
  const kinds = new Map(told.map(({ id, kind }) => [id, kind]));
  for (const name of everyone) {
    const ids = scene[name]
      .all(({ data }) => data.message !== undefined)
      .map(({ data }) => data.message.id);
    const wrong = ids.filter((id: string) => !(kinds.get(id) ?? standard).hears.includes(name));
    expect(wrong).toEqual([]);
  }
};

/** What nobody of this audience may hold, whatever happened: the second net, without the oracle's events. */
const checkSecrets = (scene: Scene): void => {
  for (const name of clients) {
    const frames = scene[name].frames;
    expect(frames.filter(({ data }) => data.message?.type === 'note')).toEqual([]);
    expect(frames.filter(({ data }) => data.message?.type_role === 'operator')).toEqual([]);
    expect(frames.filter(({ data }) => data.is_private || data.preview !== undefined)).toEqual([]);
  }
  for (const name of operators) {
    expect(scene[name].frames.filter(({ data }) => data.message?.type_role === 'client')).toEqual(
      [],
    );
  }
  for (const name of desks) {
    const types = scene[name].frames.map(({ data }) => data.message?.type ?? 'standard');
    expect(types.filter((type: string) => !['standard', 'bot'].includes(type))).toEqual([]);
    expect(scene[name].frames.filter(({ data }) => data.preview !== undefined)).toEqual([]);
  }
  expect(scene.whoGot(({ chat_id }) => chat_id === scene.chatId)).not.toContain('strangeVisitor');
  expect(scene.whoGot(({ chat_id }) => chat_id === scene.chatId)).not.toContain('strangeOperator');
};

const play = async (seed: number): Promise<number> => {
  const scene = await openScene(stage);
  const first = await backend.say(scene.chatId);
  const { told, perform } = createPlay(scene, { id: first.id, kind: standard });
  let effects = 0;
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 1, maxLength: 3 }),
    async (steps) => {
      const done: Effect[] = [];
      for (const one of steps) {
        const effect = await perform(one);
        if (effect !== undefined) done.push(effect);
      }
      await scene.fence();
      for (const effect of done) checkEffect(effect, scene);
      checkIds(scene, told);
      checkSecrets(scene);
      effects += done.length;
    },
  );
  // A scene remembers: what failed in it would not fail again on its own, so there is nothing to shrink.
  await fc.assert(property, { seed, numRuns: runsPerScene, endOnFailure: true });
  const receipts = scene.whoGot(
    ({ event, data }) => event === 'messageUpdated' && data.changed?.includes('status'),
  );
  expect(receipts).toContain('desk');
  expect(scene.whoGot(isFree)).not.toContain('strangeVisitor');
  return effects;
};

describe('whatever is done in a chat', () => {
  test('nothing reaches who may not see it, and everything reaches who may, once', async () => {
    const plays = Array.from({ length: scenes }, (_, index) => play(firstSeed + index));
    const effects = await Promise.all(plays);
    // That random steps were mostly good ones is part of what this shows.
    expect(effects.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(scenes * runsPerScene);
  });
});
