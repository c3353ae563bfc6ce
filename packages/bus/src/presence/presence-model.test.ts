/** Random lives of three edges in three rooms, compared with the model after every step. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UserKey } from '@switchboard/protocol';
import {
  type Edge,
  type PresenceFixture,
  type Watched,
  dyingAfter,
  join,
  leave,
  openPresenceFixture,
  session,
} from './presence.fixture.ts';
import {
  type EnteredSession,
  type EnteredSessions,
  PresenceModel,
  keyOf,
} from './presence-model.ts';
import { type Room, decodeEntry, isUserField, tombstoneField } from './session-entry.ts';

const EDGES = 3;
const USERS: readonly UserKey[] = ['client:1', 'client:2', 'operator:3'];

interface Tab {
  readonly edge: number;
  readonly room: number;
  readonly user: number;
  readonly tab: number;
}
type Step =
  | ({ readonly kind: 'join' | 'leave' } & Tab)
  /** `kill`: it does nothing any more, a new edge takes its place. `block`: its lease ends though it lives. */
  | { readonly kind: 'kill' | 'block' | 'renew' | 'reconcile' | 'clean'; readonly edge: number }
  /** A cleaner that dies after some calls. */
  | { readonly kind: 'cleanHalf'; readonly calls: number }
  | { readonly kind: 'cleanAll' };

const edge = fc.nat(EDGES - 1);
const tab = { edge, room: fc.nat(2), user: fc.nat(USERS.length - 1), tab: fc.nat(1) };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('join' as const), ...tab }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('leave' as const), ...tab }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'block' as const), edge }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('renew' as const, 'reconcile' as const, 'clean' as const),
      edge,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('cleanHalf' as const), calls: fc.nat(12) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'cleanAll' as const }) },
);

let fixture: PresenceFixture;
let episodes = 0;
const seen = { steps: 0, told: 0, zombies: 0, halfCleaned: 0 };

beforeAll(async () => void (fixture = await openPresenceFixture()));
afterAll(() => fixture.close());

class Episode {
  private readonly model = new PresenceModel();
  private readonly rooms: readonly Room[];
  private readonly edges: Edge[] = [];
  /** Ids under which sessions may be entered. */
  private readonly nodeIds = new Set<string>();
  private started = 0;
  private readonly idsOf = new Map<Edge, Set<string>>();
  private readonly watched: Watched[] = [];
  /** What each living edge holds: the sessions by their key without a node. */
  private readonly held = Array.from({ length: EDGES }, () => new Map<string, Tab>());

  constructor(number: number) {
    this.rooms = [{ chatId: `a${number}` }, { chatId: `b${number}` }, 'desk'];
  }

  async open(): Promise<void> {
    for (let i = 0; i < EDGES; i++) await this.start(i);
    for (const room of this.rooms) this.watched.push(await fixture.watch(room));
  }

  async run(step: Step): Promise<void> {
    seen.steps++;
    switch (step.kind) {
      case 'join':
        return this.join(step);
      case 'leave':
        return this.leave(step);
      case 'clean':
        return this.clean([this.edge(step.edge)]);
      case 'cleanAll':
        return this.clean(this.edges);
      case 'cleanHalf':
        return this.cleanHalf(step.calls);
      case 'reconcile':
        return this.reconcile(step.edge);
      case 'renew':
        return this.renew(step.edge);
      case 'block':
        return this.end(step.edge);
      case 'kill':
        await this.end(step.edge);
        this.held[step.edge]?.clear();
        return this.start(step.edge);
    }
  }

  private edge(index: number): Edge {
    return this.edges[index] as Edge;
  }

  /** The edge's id now; each one that it ever had is remembered. */
  private nodeId(index: number): string {
    const nodeId = this.edge(index).lease.nodeId as string;
    const ids = this.idsOf.get(this.edge(index)) ?? new Set();
    this.idsOf.set(this.edge(index), ids.add(nodeId));
    this.nodeIds.add(nodeId);
    return nodeId;
  }

  /** True for sessions under any id that the edge has had. A killed edge's sessions are not its successor's. */
  private isOurs(index: number): (session: EnteredSession) => boolean {
    const ids = this.idsOf.get(this.edge(index));
    return ({ nodeId }) => ids?.has(nodeId) === true;
  }

  private async start(index: number): Promise<void> {
    this.edges[index] = await fixture.enteredEdge(`e${episodes}-${this.started++}`);
    this.nodeId(index);
  }

  private membership({ edge, room, user, tab }: Tab) {
    return session(this.rooms[room] as Room, USERS[user] as UserKey, `s${edge}.${user}.${tab}`);
  }

  private sessionOf(tab: Tab, nodeId: string): EnteredSession {
    return {
      nodeId,
      room: tab.room,
      user: USERS[tab.user] as UserKey,
      sessionId: this.membership(tab).sessionId,
    };
  }

  /** A join under a buried id takes a new one; any other keeps its id. */
  private async join(tab: Tab): Promise<void> {
    const before = this.nodeId(tab.edge);
    const buried = await fixture.redis.hexists(this.listKey(tab.room, before), tombstoneField);
    await join(this.edge(tab.edge), this.membership(tab));
    const nodeId = this.nodeId(tab.edge);
    expect(nodeId !== before).toBe(buried === 1);
    seen.zombies += buried;
    this.held[tab.edge]?.set(`${tab.room} ${this.membership(tab).sessionId}`, tab);
    await this.expectNow(this.model.with(this.sessionOf(tab, nodeId)));
  }

  private async leave(tab: Tab): Promise<void> {
    const { sessionId } = this.membership(tab);
    const held = this.held[tab.edge]?.delete(`${tab.room} ${sessionId}`);
    const current = this.nodeId(tab.edge);
    await leave(this.edge(tab.edge), this.membership(tab));
    const mine = this.isOurs(tab.edge);
    await this.expectNow(
      this.model.without(
        (entered) =>
          entered.room === tab.room &&
          entered.sessionId === sessionId &&
          (held ? mine(entered) : entered.nodeId === current),
      ),
    );
  }

  private async clean(cleaners: readonly Edge[]): Promise<void> {
    for (const { lease } of cleaners) this.model.condemn(lease.nodeId ?? '');
    await Promise.all(cleaners.map((cleaner) => cleaner.clean()));
    await this.expectNow(this.model.without(({ nodeId }) => this.model.isDead(nodeId)));
  }

  private async cleanHalf(calls: number): Promise<void> {
    this.model.condemn('');
    await fixture
      .edge(dyingAfter(fixture.redis, calls))
      .clean()
      .catch((error: Error) => expect(error.message).toContain('died'));
    const now = await this.listed();
    for (const key of now.keys()) expect(this.model.now.has(key)).toBe(true);
    for (const [key, { nodeId }] of this.model.now)
      if (!now.has(key)) expect(this.model.isDead(nodeId)).toBe(true);
    seen.halfCleaned += this.model.now.size - now.size;
    this.model.become(now);
  }

  /** Touches nothing but its own sessions; afterwards each that it holds is entered, and no other of its id. */
  private async reconcile(index: number): Promise<void> {
    this.nodeId(index);
    await this.edge(index).presence.reconcile();
    this.nodeId(index);
    const ours = this.isOurs(index);
    const now = await this.listed();
    const others = (sessions: EnteredSessions) =>
      [...sessions].filter(([, session]) => !ours(session)).map(([key]) => key);
    expect(others(now).sort()).toEqual(others(this.model.now).sort());
    const mine = [...now.values()]
      .filter(ours)
      .map(({ room, sessionId }) => `${room} ${sessionId}`);
    expect(mine).toEqual(expect.arrayContaining([...(this.held[index]?.keys() ?? [])]));
    this.model.become(now);
  }

  private async renew(index: number): Promise<void> {
    const before = this.nodeId(index);
    await this.edge(index).lease.renew();
    expect(this.nodeId(index) !== before).toBe(this.model.isDead(before));
    this.model.renew(this.nodeId(index));
    await this.expectNow(this.model.now);
  }

  private async end(index: number): Promise<void> {
    const nodeId = this.nodeId(index);
    if (!this.model.isDead(nodeId)) await fixture.endLease(nodeId);
    this.model.end(nodeId);
  }

  private async expectNow(wanted: EnteredSessions): Promise<void> {
    const now = await this.listed();
    expect([...now.keys()].sort()).toEqual([...wanted.keys()].sort());
    this.model.become(now);
  }

  private listKey(room: number, nodeId: string): string {
    const where = this.rooms[room] as Room;
    return fixture.keys.nodeSessions(
      where === 'desk' ? 0 : fixture.keys.partitionOf(where.chatId),
      nodeId,
    );
  }

  /** The nodes' lists in Redis. */
  private async listed(): Promise<EnteredSessions> {
    const lists = [...this.nodeIds].flatMap((nodeId) =>
      this.rooms.map((_, room) => this.readList(room, nodeId)),
    );
    const listed = (await Promise.all(lists)).flat();
    // An id without sessions is looked at again when its edge acts.
    this.nodeIds.clear();
    for (const { nodeId } of listed) this.nodeIds.add(nodeId);
    return new Map(listed.map((session) => [keyOf(session), session]));
  }

  private async readList(room: number, nodeId: string): Promise<EnteredSession[]> {
    const list = await fixture.redis.hgetall(this.listKey(room, nodeId));
    const entries = Object.entries(list).flatMap(
      ([field, value]) => decodeEntry(field, value) ?? [],
    );
    const here = entries.filter(
      (entry) => JSON.stringify(entry.room) === JSON.stringify(this.rooms[room]),
    );
    return here.map(({ user, sessionId }) => ({ nodeId, room, user, sessionId }));
  }

  /** The rooms' hashes say what the nodes' lists say, and every event was told that had to be. */
  async expectAgreement(): Promise<void> {
    await Promise.all(this.rooms.map((_, room) => this.expectRoom(room)));
    await Promise.all(this.rooms.map((_, room) => this.expectTold(room)));
  }

  private async expectRoom(room: number): Promise<void> {
    const hash = await fixture.redis.hgetall(this.membersKey(room));
    const entered = [...this.model.now.values()].filter((session) => session.room === room);
    const users = [...new Set(entered.map(({ user }) => user))];
    const fields = Object.keys(hash).filter(isUserField);
    expect(fields.sort()).toEqual(users.sort());
    const count = (role: string) =>
      users.filter((user) => user.startsWith(role)).length || undefined;
    expect([hash['#client'], hash['#operator']]).toEqual(
      ['client', 'operator'].map((role) => count(role)?.toString()),
    );
    const sessions = fields.flatMap((field) => (hash[field] as string).split(' '));
    expect(sessions.length).toBe(entered.length);
  }

  private membersKey(room: number): string {
    const where = this.rooms[room] as Room;
    return where === 'desk' ? fixture.keys.desk() : fixture.keys.members(where.chatId);
  }

  private async expectTold(room: number): Promise<void> {
    await this.watched[room]?.seen();
    const events = (this.watched[room]?.events ?? []).map(({ name, frame }) => ({
      name,
      id: JSON.parse(Buffer.from(frame).toString()).data.user.id,
    }));
    const handedOn = (await fixture.handedOn(this.rooms[room] as Room)).map(({ frame }) => ({
      name: frame.event,
      id: frame.data.user.id,
    }));
    expect(handedOn).toEqual(events);
    for (const user of USERS) {
      const told = events.filter(({ id }) => user.endsWith(`:${id}`)).map(({ name }) => name);
      expect(told).toEqual(this.model.told.get(`${room} ${user}`) ?? []);
      seen.told += told.length;
    }
  }

  /** Everyone renews, mends and cleans: what is left is what the living edges hold. */
  async settle(): Promise<void> {
    for (const [index, each] of this.edges.entries()) {
      const before = this.nodeId(index);
      await this.renew(index);
      await this.reconcile(index);
      if (this.nodeId(index) !== before) await each.lease.renounce(before);
    }
    await this.clean(this.edges);
    const entered = [...this.model.now.values()].map(
      ({ room, sessionId }) => `${room} ${sessionId}`,
    );
    expect(entered.sort()).toEqual(this.held.flatMap((held) => [...held.keys()]).sort());
  }

  async close(): Promise<void> {
    const tabs = this.held.flatMap((held) => [...held.values()]);
    await Promise.all(tabs.map((tab) => leave(this.edge(tab.edge), this.membership(tab))));
    await this.expectNow(new Map());
    const { redis, keys } = fixture;
    const rooms = this.rooms.map((_, room) => redis.exists(this.membersKey(room)));
    expect(await Promise.all(rooms)).toEqual([0, 0, 0]);
    await this.expectAgreement();
    for (const watched of this.watched) watched.close();
    const outboxes = Array.from({ length: keys.partitions }, (_, index) => keys.outbox(index));
    await redis.unlink(...outboxes);
    await redis.unlink(keys.nodes());
    await redis.unlink(keys.cluster());
  }
}

test('whatever the order of joins, leaves, deaths, false deaths and cleaners, each coming and going is told once', async () => {
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 10, maxLength: 25, size: 'max' }),
    async (plan) => {
      const episode = new Episode(episodes++);
      await episode.open();
      for (const each of plan) await episode.run(each);
      await episode.expectAgreement();
      await episode.settle();
      await episode.close();
    },
  );
  await fc.assert(property, { numRuns: 300, endOnFailure: true });
  expect(seen.steps).toBeGreaterThan(3_500);
  expect(seen.told).toBeGreaterThan(2_500);
  expect(seen.zombies).toBeGreaterThan(20);
  expect(seen.halfCleaned).toBeGreaterThan(20);
}, 120_000);
