/** Brings what waits to the backend, oldest first; parks the chats that it does not take while others get on. */
import { backoffMs } from '@switchboard/hooks';
import type { OutboxEvent, WaitingEvent } from '@switchboard/bus';
import { inOrder } from '../in-order.ts';
import { byChat, type Lane } from './batch.ts';
import { deliver, type DeliverySteps } from './deliver.ts';
import {
  type Doubt,
  doubtAfter,
  doubtOfChats,
  isConvinced,
  planFor,
  retryAfterOf,
} from './doubt.ts';
import { fullOf, type LaneStep, type PartitionParts } from './partition-parts.ts';
import { BATCH_MAX_BYTES, CHATS_AT_A_TIME } from './times.ts';
import type { Failing } from './verdict.ts';

export interface WaitingLane {
  readonly step: LaneStep;
  /** Nothing gets through as far as is known, and something waits here that will tell when it does. */
  isDown(): boolean;
}

type Groups = Map<Lane, WaitingEvent[]>;

interface Failed {
  readonly chat: Lane;
  readonly failing: Failing;
}

class Waiting implements WaitingLane {
  private doubt: Doubt | undefined;
  private newest: Failing | undefined;
  /** The newest failure that came with a `Retry-After`. */
  private asking: Failing | undefined;
  private isEmpty = true;
  private gathersUntilMs = 0;
  private readonly parts: PartitionParts;
  private readonly steps: DeliverySteps;

  constructor(parts: PartitionParts) {
    this.parts = parts;
    this.steps = stepsOf(parts);
  }

  isDown(): boolean {
    return isConvinced(this.doubt) && !this.isEmpty && !this.isDisproved();
  }

  readonly step: LaneStep = async () => {
    const { held, batchMaxEvents, times, monotonicMs } = this.parts;
    const gathersForMs = this.gathersUntilMs - monotonicMs();
    if (gathersForMs > 0) return gathersForMs;
    const bounds = { maxEvents: batchMaxEvents, maxBytes: BATCH_MAX_BYTES };
    const { events, isMore } = await held.read(bounds);
    this.isEmpty = events.length === 0;
    if (this.isEmpty) return times.idleMs;
    await this.putBehindParked(events);
    const free = events.filter(({ isBehindParked }) => !isBehindParked);
    if (free.length === 0) return 0;
    const groups = byChat(free);
    if (this.isDisproved()) await this.parkThoseWhoAsked(groups);
    if (groups.size === 0) return 0;
    const plan = planFor(this.doubt, { chats: [...groups.keys()], isMore }, monotonicMs());
    // Those who come meanwhile may be tried at once.
    if (plan.kind === 'wait') return Math.min(plan.ms, times.idleMs);
    if (plan.kind === 'all') await this.sendAll(free, groups);
    if (plan.kind === 'all' && !isMore) this.gathersUntilMs = monotonicMs() + times.gatherMs;
    if (plan.kind === 'alone') await this.sendAlone(groups, plan.chats);
    if (plan.kind === 'park') await this.parkAll(groups);
    return 0;
  };

  private async putBehindParked(events: readonly WaitingEvent[]): Promise<void> {
    const behind = byChat(events.filter(({ isBehindParked }) => isBehindParked));
    for (const group of behind.values()) await this.parts.held.park(group, dueAtOnce);
  }

  /** They wait for as long as the backend has asked for; all others need not. */
  private async parkThoseWhoAsked(groups: Groups): Promise<void> {
    const { doubt, asking } = this;
    const nowMs = this.parts.monotonicMs();
    if (doubt === undefined) return;
    this.doubt = doubtOfChats(doubt, nowMs);
    if (!asking || nowMs >= doubt.askedUntilMs) return;
    for (const chat of doubt.failed) {
      const group = groups.get(chat);
      if (group) await this.park(group, { ...asking, retryAfterMs: doubt.askedUntilMs - nowMs });
      groups.delete(chat);
    }
  }

  private async sendAll(events: readonly WaitingEvent[], groups: Groups): Promise<void> {
    const failing = await deliver(events, this.steps);
    if (failing === undefined) return;
    this.doubtMore(groups.size === 1 ? [...groups.keys()] : [], [failing]);
  }

  /** As soon as one of them gets through, all others are tried: a slow one holds nobody up. */
  private async sendAlone(groups: Groups, chats: readonly Lane[]): Promise<void> {
    const proof = Promise.withResolvers<boolean>();
    const trials = this.sendEach(chats, groups, () => proof.resolve(true));
    trials.then(() => proof.resolve(this.isDisproved()), proof.reject);
    if (!(await proof.promise)) {
      const failings = (await trials).map(({ failing }) => failing);
      return this.doubtMore(chats, failings);
    }
    this.doubt = undefined;
    const rest = [...groups.keys()].filter((chat) => !chats.includes(chat));
    const failed = await allOf(trials, this.sendEach(rest, groups));
    for (const { chat, failing } of failed) await this.park(groups.get(chat) ?? [], failing);
  }

  /** Gives those that failed. Rejects when all have ended and one of them was broken off. */
  private async sendEach(
    chats: readonly Lane[],
    groups: Groups,
    onThrough = () => {},
  ): Promise<Failed[]> {
    const broken: unknown[] = [];
    const send = async (chat: Lane) => {
      try {
        const failing = await deliver(groups.get(chat) ?? [], this.steps);
        if (failing === undefined) onThrough();
        return failing;
      } catch (error) {
        return void broken.push(error);
      }
    };
    const jobs = chats.map((chat) => ({ lane: `chat ${chat}`, run: () => send(chat) }));
    const results = await inOrder(jobs, CHATS_AT_A_TIME);
    if (broken.length > 0) throw broken[0];
    return results.flatMap((failing, index) => (failing ? [{ chat: chats[index], failing }] : []));
  }

  /** The backend has taken something of others since it was doubted: it is these chats that fail. */
  private isDisproved(): boolean {
    return this.doubt !== undefined && this.parts.takings.lastMs > this.doubt.sinceMs;
  }

  private doubtMore(chats: readonly Lane[], failings: readonly Failing[]): void {
    const { times, random, monotonicMs } = this.parts;
    const { downBackoff: backoff, downRetryAfterMaxMs: retryAfterMaxMs } = times;
    this.newest = failings.at(-1);
    this.asking = failings.find(({ retryAfterMs }) => retryAfterMs !== undefined) ?? this.asking;
    const failure = { chats, failings, nowMs: monotonicMs() };
    this.doubt = doubtAfter(this.doubt, failure, { backoff, retryAfterMaxMs, random });
  }

  private async parkAll(groups: Groups): Promise<void> {
    const { newest } = this;
    if (newest) for (const group of groups.values()) await this.park(group, newest);
  }

  /** What was delivered of them meanwhile is not there any more, and stays away. */
  private async park(events: readonly OutboxEvent[], failing: Failing): Promise<void> {
    const { held, times, random, measurements } = this.parts;
    const askedMs = Math.min(retryAfterOf([failing]), times.retryAfterMaxMs);
    const retryInMs = Math.max(askedMs, backoffMs(0, times.parkedBackoff, random));
    await held.park(events, { failure: failing.failure, attempts: 1, retryInMs });
    measurements.parked(events[0]?.chatId, failing);
  }
}

export function createWaitingLane(parts: PartitionParts): WaitingLane {
  return new Waiting(parts);
}

/** Rejects when both have ended: nothing may be under way any more when a lease is given back. */
async function allOf(...both: readonly Promise<Failed[]>[]): Promise<Failed[]> {
  await Promise.allSettled(both);
  return (await Promise.all(both)).flat();
}

/** Their chat is parked already; was it let go meanwhile, they are next. */
const dueAtOnce = { failure: { reason: 'behind others' }, attempts: 0, retryInMs: 0 };

function stepsOf({ held, send, measurements }: PartitionParts): DeliverySteps {
  return {
    send,
    async delivered(events) {
      await held.acknowledge(events);
      measurements.delivered(events.length);
    },
    async refused(event, verdict) {
      const outcome = await held.bury(event, { failure: verdict.failure, attempts: 1 });
      if (outcome === 'full') return fullOf(verdict);
      measurements.buried(event, verdict);
      return undefined;
    },
  };
}
