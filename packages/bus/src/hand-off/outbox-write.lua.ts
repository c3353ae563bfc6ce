/**
 * What the scripts that append, join and leave do with the outbox, in the same step as their own work:
 * whatever happened is handed on, and nothing else.
 *
 *   sb:{p}:outbox   entries of `chat` (encoded; `-`: none) and `frame` (the event as operators read it)
 */
import type { OutboxOptions } from '../contract.ts';

/** The script's expressions for what is handed on: the stream's name, the chat, the frame. */
export interface HandedOn {
  readonly outbox: string;
  readonly chat: string;
  readonly frame: string;
}

/** Whoever delivers sleeps while there is nothing, and is woken by the first. */
export function handOnLua({ outbox, chat, frame }: HandedOn): string {
  return `
  redis.call('XADD', ${outbox}, '*', 'chat', ${chat}, 'frame', ${frame})
  if redis.call('XLEN', ${outbox}) == 1 then redis.call('SPUBLISH', ${outbox}, '') end
`;
}

/**
 * Answers `outboxFull`, before anything is written. Of the age only what waits in the stream counts:
 * a parked chat has an end of its own. The script knows `nowMs`.
 */
export function refuseIfFullLua(
  { maxEvents, maxAgeMs }: Omit<OutboxOptions, 'kinds'>,
  { outbox, state }: { readonly outbox: string; readonly state: string },
): string {
  return `
  local waiting = redis.call('XLEN', ${outbox})
  local parked = redis.call('HGET', ${state}, 'parkedEvents') or 0
  if waiting + parked >= ${maxEvents} then return { 'outboxFull' } end
  local tooOld = string.format('%.0f', nowMs - ${maxAgeMs})
  if redis.call('XRANGE', ${outbox}, '-', tooOld, 'COUNT', 1)[1] then return { 'outboxFull' } end
`;
}
