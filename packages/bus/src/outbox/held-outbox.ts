/** One partition's outbox in the hands of who holds its lease. Every call proves it by the hold's token. */
import {
  type HeldOutbox,
  type LastRites,
  type OutboxEvent,
  OutboxLeaseLost,
  type Setback,
  type WaitingEvent,
} from '../contract.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands, Script, ScriptArg } from '../redis/script.ts';
import {
  decodeAllParked,
  decodeChat,
  decodeMember,
  encodeChat,
  encodeFailure,
  orderedId,
  timeOf,
} from './codec.ts';
import { buryScript } from './dead-letters.lua.ts';
import { type Fenced, releaseScript, renewScript } from './lease.lua.ts';
import {
  acknowledgeParkedScript,
  dueScript,
  parkScript,
  postponeScript,
  readParkedScript,
} from './parking.lua.ts';
import { acknowledgeScript, readScript } from './waiting.lua.ts';

export interface HeldOutboxOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly deadlineMs: number;
  readonly partition: number;
  readonly token: string;
}

export function createHeldOutbox(options: HeldOutboxOptions): HeldOutbox {
  const { redis, keys, deadlineMs, partition, token } = options;
  const state = keys.outboxState(partition);
  const outbox = keys.outbox(partition);
  const parked = keys.outboxParked(partition);
  const parking = keys.outboxParking(partition);
  const eventsOf = (chatId: string | undefined) => keys.outboxParkedEvents(chatId);

  async function run<Args extends readonly ScriptArg[], Reply extends readonly unknown[]>(
    script: Script<[string, ...Args], Fenced<Reply>>,
    scriptKeys: readonly string[],
    args: Args,
  ): Promise<Reply> {
    const call = script.run(redis, [state, ...scriptKeys], [token, ...args]);
    const [outcome, ...reply] = await within(deadlineMs, call);
    if (outcome === 'lost')
      throw new OutboxLeaseLost(`another worker has the outbox of partition ${partition}`);
    return reply as unknown as Reply;
  }

  return {
    partition,
    async read({ maxEvents, maxBytes }) {
      const [more, ...events] = await run(readScript, [outbox, parked], [maxEvents, maxBytes]);
      return { events: decodeWaiting(events), isMore: more === '1' };
    },
    async acknowledge(events) {
      if (events.length === 0) return;
      await run(
        acknowledgeScript,
        [outbox],
        events.map(({ id }) => id),
      );
    },
    async park(events, setback) {
      const chatId = events[0]?.chatId;
      const ids = events.flatMap(({ id }) => [id, orderedId(id)]);
      await run(
        parkScript,
        [outbox, parked, parking, eventsOf(chatId)],
        [encodeChat(chatId), ...encodeSetback(setback), ...ids],
      );
    },
    async due(limit) {
      const [nextInMs, ...chats] = await run(dueScript, [parked, parking], [limit]);
      const none = nextInMs === '-1';
      return { chats: decodeAllParked(chats), ...(!none && { nextInMs: Number(nextInMs) }) };
    },
    async readParked(chatId, { maxEvents, maxBytes }) {
      const members = await run(readParkedScript, [eventsOf(chatId)], [maxEvents, maxBytes]);
      return members.map((member) => decodeMember(member, chatId));
    },
    async acknowledgeParked(chatId, events) {
      const ids = events.map(({ id }) => orderedId(id));
      const scriptKeys = [parked, parking, eventsOf(chatId)];
      await run(acknowledgeParkedScript, scriptKeys, [encodeChat(chatId), ...ids]);
    },
    async postpone(chatId, setback) {
      const args = [encodeChat(chatId), ...encodeSetback(setback)] as const;
      await run(postponeScript, [parked, parking], [...args]);
    },
    async bury(event, rites) {
      const scriptKeys = [outbox, parked, parking, eventsOf(event.chatId)];
      const dead = keys.outboxDead(partition);
      const [outcome] = await run(buryScript, [...scriptKeys, dead], encodeBurial(event, rites));
      return outcome;
    },
    async renew(leaseMs) {
      await run(renewScript, [], [leaseMs]);
    },
    async release() {
      await run(releaseScript, [], []);
    },
  };
}

function decodeWaiting(fields: readonly string[]): WaitingEvent[] {
  return Array.from({ length: fields.length / 4 }, (_, i) => {
    const [id = '', chat = '', frame = '', parked] = fields.slice(4 * i, 4 * i + 4);
    return { id, atMs: timeOf(id), ...decodeChat(chat), frame, isBehindParked: parked === '1' };
  });
}

function encodeSetback({ retryInMs, attempts, failure }: Setback) {
  return [Math.round(retryInMs), attempts, ...encodeFailure(failure)] as const;
}

function encodeBurial({ id, chatId }: OutboxEvent, { failure, attempts, firstMs }: LastRites) {
  const first = firstMs === undefined ? '' : String(firstMs);
  const named = [encodeChat(chatId), id, orderedId(id)] as const;
  return [...named, ...encodeFailure(failure), attempts, first] as [
    ...typeof named,
    string,
    string,
    number,
    string,
  ];
}
