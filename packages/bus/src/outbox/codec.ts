/** How events and setbacks are written. */
import type { DeadLetter, DeliveryFailure, OutboxEvent, ParkedChat } from '../contract.ts';
import { decodeId, encodeId, NO_CHAT } from '../redis/keys.ts';
import { letterFields } from './dead-letters.lua.ts';

export function encodeChat(chatId: string | undefined): string {
  return chatId === undefined ? NO_CHAT : encodeId(chatId);
}

/** As a property to spread: an event without a chat has none. */
export function decodeChat(chat: string): { chatId?: string } {
  return chat === NO_CHAT ? {} : { chatId: decodeId(chat) };
}

const MS_DIGITS = 15;
const NUMBER_DIGITS = 20;

/** A stream's id so that text has its order. */
export function orderedId(id: string): string {
  const [ms = '', number = ''] = id.split('-');
  return `${ms.padStart(MS_DIGITS, '0')}-${number.padStart(NUMBER_DIGITS, '0')}`;
}

/** When Redis gave out a stream's id. */
export function timeOf(id: string): number {
  return Number(id.slice(0, id.indexOf('-')));
}

function streamId(ordered: string): string {
  return ordered.replace(/^0+(?=\d)/u, '').replace(/-0+(?=\d)/u, '-');
}

/** `<ordered id> <frame>` */
export function decodeMember(member: string, chatId: string | undefined): OutboxEvent {
  const end = member.indexOf(' ');
  const [id, frame] = [streamId(member.slice(0, end)), member.slice(end + 1)];
  return { id, atMs: timeOf(id), frame, ...(chatId !== undefined && { chatId }) };
}

const REASON_MAX_CHARS = 256;

/** Status and reason; a backend chooses the reason, so it is bounded. */
export function encodeFailure({ status, reason }: DeliveryFailure): [string, string] {
  return [status === undefined ? '-' : String(status), reason.slice(0, REASON_MAX_CHARS)];
}

function decodeFailure(status: string, reason: string): DeliveryFailure {
  return { reason, ...(status !== '-' && { status: Number(status) }) };
}

/** @param record `<attempts> <since> <status> <reason>` */
export function decodeParked(chat: string, retryAt: string, record: string): ParkedChat {
  const [, attempts = '0', since = retryAt, status = '-', reason = ''] =
    /^(\d+) (\d+) (\S+) (.*)$/su.exec(record) ?? [];
  return {
    ...decodeChat(chat),
    retryAtMs: Number(retryAt),
    attempts: Number(attempts),
    sinceMs: Number(since),
    failure: decodeFailure(status, reason),
  };
}

/** @param triples chat, retry at, record, … */
export function decodeAllParked(triples: readonly string[]): ParkedChat[] {
  return Array.from({ length: triples.length / 3 }, (_, i) =>
    decodeParked(triples[3 * i] ?? '', triples[3 * i + 1] ?? '', triples[3 * i + 2] ?? ''),
  );
}

export interface LetterName {
  readonly partition: number;
  readonly id: string;
}

export function encodeLetterName({ partition, id }: LetterName): string {
  return `${partition}-${id}`;
}

/** Undefined: no name that was given out. */
export function decodeLetterName(name: string, partitions: number): LetterName | undefined {
  const [, partition = '', id = ''] = /^(\d{1,4})-(\d{1,15}-\d{1,19})$/u.exec(name) ?? [];
  const isKnown = partition !== '' && Number(partition) < partitions;
  return isKnown ? { partition: Number(partition), id } : undefined;
}

/** @param fields name, value, … as they were written */
export function decodeLetter(name: LetterName, fields: readonly string[]): DeadLetter {
  const values = letterFields.map((_, index) => fields[2 * index + 1] ?? '');
  const [chat = '', , frame = '', status = '', reason = '', attempts, first, last] = values;
  return {
    id: encodeLetterName(name),
    partition: name.partition,
    ...decodeChat(chat),
    frame,
    failure: decodeFailure(status, reason),
    attempts: Number(attempts),
    firstMs: Number(first),
    lastMs: Number(last),
  };
}
