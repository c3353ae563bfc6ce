/**
 * What edges read from Redis, tampered with: copies on the channels that they follow, entries and positions
 * in the logs. Redis is trusted with what is said; it is not trusted to be well-formed: no edge dies of it,
 * and nobody else's room is touched.
 */
import { closeCodes } from '@switchboard/protocol';
import fc from 'fast-check';
import type { Player } from '../cast.ts';
import type { Arena } from './arena.ts';
import { tampering, type Tampering } from './tampering.ts';
import { count, show, type Report, type Tally, type Target } from './target.ts';

type Client = ReturnType<Arena['redis']['client']>;

/** So many inputs meet the same room; then another one is taken. */
const inputsPerRoom = 150;

export const envelopeTarget: Target = {
  name: 'envelopes',
  async attack(arena, { inputs, seed }) {
    const report = {
      tally: new Map() as Tally,
      findings: [] as { input: string; problem: string }[],
    };
    const client = arena.redis.client();
    const all = fc.sample(tampering, { numRuns: inputs, seed });
    for (let from = 0; from < all.length; from += inputsPerRoom)
      await attackRoom(arena, client, { batch: all.slice(from, from + inputsPerRoom), report });
    client.disconnect();
    return report;
  },
};

type Work = {
  readonly batch: readonly Tampering[];
  readonly report: Report & { findings: { input: string; problem: string }[] };
};

const attackRoom = async (arena: Arena, client: Client, { batch, report }: Work): Promise<void> => {
  const room = arena.name('victim');
  const victims = [
    await arena.cast.visitor(room, { edge: 0 }),
    await arena.cast.operator(room, { edge: 1 }),
    await arena.cast.desk({ edge: 1 }),
  ];
  const scene = await survey(arena, client, room);
  for (const input of batch) {
    count(report.tally, input.where);
    await tamper(client, scene, input).catch((error: unknown) =>
      report.findings.push({
        input: describe(input),
        problem: `the attack itself failed: ${String(error)}`,
      }),
    );
  }
  // Now the edges look at what they have.
  await arena.backend.call('POST', '/message', {
    body: { id: arena.name('m'), chat_id: room, type: 'standard', text: 'x' },
  });
  await repair(client, scene);
  for (const victim of victims) await judgeVictim(victim, report);
  const dead = [...arena.cluster.edges].filter((edge) => edge.hasExited());
  if (dead.length > 0)
    throw new Error(
      `${dead[0]!.name} ended:\n${dead[0]!.output()}\nafter one of\n${batch.map(describe).join('\n')}`,
    );
};

interface Scene {
  /** Channel → a real copy that was published there. */
  readonly real: ReadonlyMap<string, Buffer>;
  readonly streams: readonly string[];
  readonly states: readonly string[];
}

/** Listens while something is said: what is on which channel, and under which keys the room is. */
const survey = async (arena: Arena, client: Client, room: string): Promise<Scene> => {
  const { keyPrefix } = arena.cluster;
  const names = (await client.call('PUBSUB', 'SHARDCHANNELS', `${keyPrefix}*`)) as string[];
  const channels = names.filter((name) => name.includes(room) || /:feed$|:control$/u.test(name));
  const ears = arena.redis.client();
  const real = new Map<string, Buffer>();
  ears.on('smessageBuffer', (channel: Buffer, message: Buffer) =>
    real.set(channel.toString(), message),
  );
  for (const channel of channels) await ears.ssubscribe(channel);
  await arena.backend.say(room, { id: arena.name('m'), chat: { id: room, widget: { id: 1 } } });
  await arena.backend.post('/sessions/disconnect', { user_id: 'nobody-at-all' });
  ears.disconnect();
  const keys = (await client.keys(`${keyPrefix}*`)).filter((key) => key.includes(room));
  const types = await Promise.all(keys.map(async (key) => [key, await client.type(key)] as const));
  const streams = types.filter(([, type]) => type === 'stream').map(([key]) => key);
  return { real, streams, states: keys.filter((key) => key.includes(':state:')) };
};

const tamper = async (
  client: Client,
  { real, streams, states }: Scene,
  input: Tampering,
): Promise<void> => {
  if (input.where === 'channel') {
    const [channel, copy] = of([...real], input.pick);
    await client.spublish(channel, input.bytes(copy));
  } else if (input.where === 'entry') {
    const stream = of(streams, input.pick);
    if ((await client.type(stream)) === 'stream')
      await client.xadd(stream, '*', ...entryWith(input.field, input.text));
  } else if (input.where === 'newest') {
    const state = of(states, input.pick);
    if ((await client.type(state)) === 'hash') await client.hset(state, 'position', input.text);
  } else {
    // A stream that is none any more: every command on it fails.
    await client.set(of(streams, input.pick), input.text);
  }
};

const of = <T>(items: readonly T[], pick: number): T => items[pick % items.length] as T;

const entryWith = (field: string, text: string): string[] => {
  const entry = {
    previous: '0',
    nonce: 'abcdefg',
    meta: 'e messageAdded all - -',
    head: '{"event":"messageAdded","position":"',
    data: '{}',
  };
  return Object.entries({ ...entry, [field]: text }).flat();
};

/** Nothing that cannot be read stays behind for the next room. */
const repair = async (client: Client, { streams, states }: Scene): Promise<void> => {
  await client.del(...streams, ...states);
};

const documentedCloses: ReadonlySet<number> = new Set([
  1005,
  1006,
  ...Object.values(closeCodes).map(({ code }) => code),
]);

/** It may have been told nonsense, or to load anew; its socket may not be closed in an unknown way. */
const judgeVictim = async (victim: Player, report: Work['report']): Promise<void> => {
  victim.ws.close();
  const { code } = await victim.closed;
  count(report.tally, `a victim's socket: ${code === 1005 ? 'lived' : code}`);
  if (!documentedCloses.has(code))
    report.findings.push({ input: '(a room)', problem: `closed with ${code}` });
};

const describe = (input: Tampering): string =>
  input.where === 'channel'
    ? `channel ${show(input.bytes(Buffer.from('P X e n all - - 2\n{}')))}`
    : JSON.stringify(input);
