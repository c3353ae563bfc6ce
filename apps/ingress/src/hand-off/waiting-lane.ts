/** Brings what waits to the backend, oldest first; parks the chats that it does not take while others get on. */
import { backoffMs } from '@switchboard/hooks';
import type { OutboxEvent, WaitingEvent } from '@switchboard/bus';
import { byChat, type Lane, withinBytes } from './batch.ts';
import { deliver, type DeliverySteps } from './deliver.ts';
import { type Doubt, doubtAfter, isConvinced, planFor, retryAfterOf } from './doubt.ts';
import { inOrder } from '../in-order.ts';
import { fullOf, type LaneStep, type PartitionParts } from './partition-parts.ts';
import { BATCH_MAX_BYTES, CHATS_AT_A_TIME } from './times.ts';
import type { Failing } from './verdict.ts';

export interface WaitingLane {
  readonly step: LaneStep;
  /** Nothing gets through as far as is known, and something waits here that will tell when it does. */
  isDown(): boolean;
  /** The backend has taken something of another lane: it is the chats that fail, not the backend. */
  trust(): void;
}

type Groups = Map<Lane, WaitingEvent[]>;

class Waiting implements WaitingLane {
  private doubt: Doubt | undefined;
  private isEmpty = true;
  private isProven = false;
  private readonly parts: PartitionParts;
  private readonly steps: DeliverySteps;

  constructor(parts: PartitionParts) {
    this.parts = parts;
    this.steps = stepsOf(parts);
  }

  isDown(): boolean {
    return isConvinced(this.doubt) && !this.isEmpty;
  }

  trust(): void {
    this.isProven = this.doubt !== undefined;
    this.doubt = undefined;
  }

  readonly step: LaneStep = async () => {
    const { held, batchMaxEvents, times, monotonicMs } = this.parts;
    const read = await held.read(batchMaxEvents);
    this.isEmpty = read.length === 0;
    if (this.isEmpty) return times.idleMs;
    const events = withinBytes(read, BATCH_MAX_BYTES);
    await this.putBehindParked(events);
    const free = events.filter(({ isBehindParked }) => !isBehindParked);
    if (free.length === 0) return 0;
    const groups = byChat(free);
    const isFull = read.length === batchMaxEvents || events.length < read.length;
    const plan = planFor(this.doubt, { chats: [...groups.keys()], isFull }, monotonicMs());
    // Those who come meanwhile may be tried at once.
    if (plan.kind === 'wait') return Math.min(plan.ms, times.idleMs);
    if (plan.kind === 'all') await this.sendAll(free, groups);
    if (plan.kind === 'alone') await this.sendAlone(groups, plan.chats);
    if (plan.kind === 'park') await this.parkAll(groups);
    return 0;
  };

  private async putBehindParked(events: readonly WaitingEvent[]): Promise<void> {
    const behind = byChat(events.filter(({ isBehindParked }) => isBehindParked));
    for (const group of behind.values()) await this.parts.held.park(group, dueAtOnce);
  }

  private async sendAll(events: readonly WaitingEvent[], groups: Groups): Promise<void> {
    const failing = await deliver(events, this.steps);
    if (failing === undefined) return;
    if (groups.size > 1) this.doubtMore([], [failing]);
    else if (this.isProven) await this.park(events, failing);
    else this.doubtMore([...groups.keys()], [failing]);
    this.isProven = false;
  }

  private async sendAlone(groups: Groups, chats: readonly Lane[]): Promise<void> {
    const first = await this.sendEach(chats, groups);
    if (first.length === chats.length) {
      return this.doubtMore(
        chats,
        first.map(({ failing }) => failing),
      );
    }
    this.doubt = undefined;
    const rest = [...groups.keys()].filter((chat) => !chats.includes(chat));
    for (const { chat, failing } of [...first, ...(await this.sendEach(rest, groups))])
      await this.park(groups.get(chat) ?? [], failing);
  }

  /** Gives those that failed. Rejects when all have ended and one of them was broken off. */
  private async sendEach(
    chats: readonly Lane[],
    groups: Groups,
  ): Promise<{ chat: Lane; failing: Failing }[]> {
    const broken: unknown[] = [];
    const jobs = chats.map((chat) => ({
      lane: `chat ${chat}`,
      run: () =>
        deliver(groups.get(chat) ?? [], this.steps).catch(
          (error: unknown) => void broken.push(error),
        ),
    }));
    const results = await inOrder(jobs, CHATS_AT_A_TIME);
    if (broken.length > 0) throw broken[0];
    return results.flatMap((failing, index) => (failing ? [{ chat: chats[index], failing }] : []));
  }

  private doubtMore(chats: readonly Lane[], failings: readonly Failing[]): void {
    const { times, random, monotonicMs } = this.parts;
    const { downBackoff: backoff, retryAfterMaxMs } = times;
    const failure = { chats, failings, nowMs: monotonicMs() };
    this.doubt = doubtAfter(this.doubt, failure, { backoff, retryAfterMaxMs, random });
  }

  private async parkAll(groups: Groups): Promise<void> {
    const failing: Failing = {
      kind: 'failing',
      why: 'status',
      failure: { reason: 'nothing got through' },
    };
    for (const group of groups.values()) await this.park(group, failing);
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
