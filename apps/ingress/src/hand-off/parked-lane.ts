/**
 * Tries parked chats again, each by itself: one event first, and more with each that gets through. What is tried
 * for too long in vain is given up, so that one event does not hold its chat for ever. While the backend takes
 * nothing from anybody, it is not the chat's fault: its pauses do not grow, and nothing is given up.
 */
import { backoffMs } from '@switchboard/hooks';
import type { OutboxEvent, ParkedChat } from '@switchboard/bus';
import type { Lane } from './batch.ts';
import { deliver, type DeliverySteps } from './deliver.ts';
import { retryAfterOf } from './doubt.ts';
import { fullOf, type LaneStep, type PartitionParts } from './partition-parts.ts';
import { BATCH_MAX_BYTES, CHATS_AT_A_TIME } from './times.ts';
import type { Failing } from './verdict.ts';
import type { WaitingLane } from './waiting-lane.ts';

export interface ParkedLane {
  readonly step: LaneStep;
  /** Resolves when nothing is under way any more. */
  finish(): Promise<void>;
}

/** An event is given up after as many tries at least, however long it has waited before the first. */
const TRIES_MIN = 3;
/** So much more is sent at once with each call that gets through. */
const GROWTH = 4;

export function createParkedLane(parts: PartitionParts, waiting: WaitingLane): ParkedLane {
  const { held, times } = parts;
  const underWay = new Map<Lane, Promise<void>>();
  const outage = createOutage(parts, waiting);
  let failure: { readonly error: unknown } | undefined;

  function start(chat: ParkedChat): void {
    const trial = retry(chat, outage, parts)
      .catch((error: unknown) => void (failure = { error }))
      .finally(() => underWay.delete(chat.chatId));
    underWay.set(chat.chatId, trial);
  }
  function throwFailure(): void {
    const failed = failure;
    failure = undefined;
    if (failed) throw failed.error;
  }
  return {
    async step() {
      if (underWay.size === CHATS_AT_A_TIME) await Promise.race(underWay.values());
      throwFailure();
      const isOut = outage.isOne();
      if (isOut && (underWay.size > 0 || !outage.isTimeToAsk())) return times.idleMs;
      // Those under way are due still.
      const limit = underWay.size + (isOut ? 1 : CHATS_AT_A_TIME);
      const { chats, nextInMs = times.idleMs } = await held.due(limit);
      const free = chats.filter(({ chatId }) => !underWay.has(chatId));
      for (const chat of free.slice(0, CHATS_AT_A_TIME - underWay.size)) start(chat);
      const isMore = !isOut && chats.length === limit;
      return isMore ? 0 : Math.min(nextInMs, times.idleMs);
    },
    async finish() {
      await Promise.all(underWay.values());
    },
  };
}

/** Whether it is the backend that fails, as far as parked chats can tell. */
interface Outage {
  isOne(): boolean;
  /** One chat may be asked. */
  isTimeToAsk(): boolean;
  /** A chat has failed. Gives whether nobody got through since one failed before. */
  failed(): boolean;
}

function createOutage(
  { takings, times, monotonicMs, random }: PartitionParts,
  waiting: WaitingLane,
): Outage {
  let failedMs = -Infinity;
  let failures = 0;
  let pauseEndsMs = -Infinity;
  return {
    // What waits tells when the backend is back; now and then a parked chat is asked, too.
    isOne: () => waiting.isDown() || (failures > 0 && takings.lastMs < failedMs),
    isTimeToAsk: () => monotonicMs() >= pauseEndsMs,
    failed() {
      const isOne = takings.lastMs < failedMs;
      failedMs = monotonicMs();
      failures = isOne ? failures + 1 : 0;
      pauseEndsMs = isOne ? failedMs + backoffMs(failures, times.downBackoff, random) : -Infinity;
      return isOne;
    },
  };
}

/** A chat that fails again. */
interface Setback {
  readonly chat: ParkedChat;
  readonly failing: Failing;
  /** In a row, this one included. */
  readonly attempts: number;
  readonly isOutage: boolean;
}

async function retry(chat: ParkedChat, outage: Outage, parts: PartitionParts): Promise<void> {
  const { held, batchMaxEvents } = parts;
  let { attempts } = chat;
  let size = attempts === 0 ? batchMaxEvents : 1;
  for (;;) {
    const bounds = { maxEvents: size, maxBytes: BATCH_MAX_BYTES };
    const events = await held.readParked(chat.chatId, bounds);
    const [first] = events;
    if (!first) return held.acknowledgeParked(chat.chatId, []);
    const progress = { events: 0 };
    const failing = await deliver(events, stepsOf(parts, { chat, attempts, progress }));
    if (progress.events > 0) attempts = 0;
    if (failing === undefined) {
      size = Math.min(batchMaxEvents, size * GROWTH);
      continue;
    }
    attempts += 1;
    const setback = { chat, failing, attempts, isOutage: outage.failed() };
    const isLast = events.length === 1 && isGivenUp(first, setback, parts);
    if (!isLast || !(await giveUp(first, setback, parts))) return postpone(setback, parts);
    attempts = 0;
    size = 1;
  }
}

interface Trial {
  readonly chat: ParkedChat;
  readonly attempts: number;
  readonly progress: { events: number };
}

function stepsOf(
  { held, send, measurements }: PartitionParts,
  { chat, attempts, progress }: Trial,
): DeliverySteps {
  return {
    send,
    async delivered(events) {
      await held.acknowledgeParked(chat.chatId, events);
      measurements.delivered(events.length);
      progress.events += events.length;
    },
    async refused(event, verdict) {
      const firstMs = attempts === 0 ? {} : { firstMs: chat.sinceMs };
      const rites = { failure: verdict.failure, attempts: attempts + 1, ...firstMs };
      if ((await held.bury(event, rites)) === 'full') return fullOf(verdict);
      measurements.buried(event, verdict);
      progress.events += 1;
      return undefined;
    },
  };
}

function isGivenUp(
  event: OutboxEvent,
  { chat, attempts, isOutage }: Setback,
  { nowMs, retryMaxMs }: PartitionParts,
): boolean {
  const beforeMs = nowMs() - retryMaxMs;
  const isOld = chat.sinceMs <= beforeMs && event.atMs <= beforeMs;
  return isOld && attempts >= TRIES_MIN && !isOutage;
}

async function giveUp(
  event: OutboxEvent,
  { chat, attempts, failing }: Setback,
  { held, measurements }: PartitionParts,
): Promise<boolean> {
  const rites = { failure: failing.failure, attempts, firstMs: chat.sinceMs };
  if ((await held.bury(event, rites)) === 'full') return false;
  measurements.buried(event, failing);
  return true;
}

function postpone(
  { chat, attempts, failing, isOutage }: Setback,
  { held, times, random }: PartitionParts,
): Promise<void> {
  const counted = isOutage ? Math.max(1, attempts - 1) : attempts;
  const askedMs = Math.min(retryAfterOf([failing]), times.retryAfterMaxMs);
  const pauseMs = backoffMs(isOutage ? 0 : attempts - 1, times.parkedBackoff, random);
  const retryInMs = Math.max(askedMs, pauseMs);
  return held.postpone(chat.chatId, { failure: failing.failure, attempts: counted, retryInMs });
}
