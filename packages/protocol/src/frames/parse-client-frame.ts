/**
 * Bytes of a stranger → a typed frame, or everything that its answer needs. Total: nothing throws.
 * Size, JSON, event name and permission are looked at before zod, which is slow on invalid input.
 */
import { type FrameErrorCode, type NotAddedCode, errors } from '../errors.ts';
import { isObject, parseJson } from '../json.ts';
import { type Limits, defaultLimits } from '../limits.ts';
import { createScalars, messageTypes } from '../scalars.ts';
import { exceedsUtf8 } from '../utf8-length.ts';
import {
  type ClientEvent,
  type ClientFrame,
  clientDataSchemas,
  clientEvents,
} from './client-frames.ts';
import { fieldErrors } from './validation-error.ts';

export interface ClientFrameContext {
  readonly socket: 'chat' | 'broadcast';
  readonly role: 'client' | 'operator';
  /** Default `defaultLimits`. */
  readonly limits?: Limits;
}

export interface FrameError {
  readonly code: FrameErrorCode | NotAddedCode;
  readonly message: string;
  /** The wrong field of `data`, with dots; or `event`, `data`, `id`. */
  readonly field?: string;
}

/**
 * A refused frame. `event: 'sendMessage'` is answered by `messageNotAdded` (with
 * `client_message_id: clientMessageId ?? null`; the code is a NotAddedCode), everything else by
 * `error` (the code is a FrameErrorCode).
 */
export type ClientFrameFailure = FailedSend | FailedFrame;

interface FailedSend extends Readable {
  readonly ok: false;
  readonly event: 'sendMessage';
  readonly error: FrameError & { readonly code: NotAddedCode };
}

interface FailedFrame extends Readable {
  readonly ok: false;
  readonly event?: Exclude<ClientEvent, 'sendMessage'>;
  readonly error: FrameError & { readonly code: FrameErrorCode };
}

/** What could be read of a frame, wrong or not. */
interface Readable {
  readonly requestId?: string;
  readonly clientMessageId?: string;
}

export type ParsedClientFrame =
  | { readonly ok: true; readonly frame: ClientFrame }
  | ClientFrameFailure;

const knownEvents: ReadonlySet<string> = new Set(clientEvents);
const broadcastEvents: ReadonlySet<string> = new Set<ClientEvent>(['ping', 'refreshToken']);
const knownTypes: ReadonlySet<unknown> = new Set(messageTypes);

/**
 * Parses one text frame.
 *
 * @param input text, or its bytes in UTF-8; a binary frame is the caller's `malformed`
 * @returns the frame, or an error with a code of the catalogue; never throws
 */
export function parseClientFrame(
  input: string | Uint8Array | ArrayBuffer,
  context: ClientFrameContext,
): ParsedClientFrame {
  const limits = context.limits ?? defaultLimits;
  if (isTooLarge(input, limits.clientFrameMaxBytes)) return refuse({}, 'frame_too_large');
  const json = parseJson(input, limits.jsonDepthMax);
  if (!json.ok) return refuseJson(json.tooDeep, limits);
  if (!isObject(json.value)) return refuse({}, 'malformed');
  return parseObject(json.value, context, limits);
}

/** Whoever sends a message learns which one was not added, also when it nests too deeply to be read. */
function refuseJson(tooDeep: unknown, limits: Limits): ClientFrameFailure {
  if (!isObject(tooDeep)) return refuse({}, 'malformed');
  const readable = readIds(tooDeep, limits);
  if (tooDeep['event'] !== 'sendMessage') return refuse(readable, 'malformed');
  const error = wrong('data', `must not nest deeper than ${limits.jsonDepthMax}`);
  return fail('sendMessage', readable, error);
}

function isTooLarge(input: string | Uint8Array | ArrayBuffer, maxBytes: number): boolean {
  return typeof input === 'string' ? exceedsUtf8(input, maxBytes) : input.byteLength > maxBytes;
}

function parseObject(
  object: Record<string, unknown>,
  context: ClientFrameContext,
  limits: Limits,
): ParsedClientFrame {
  const readable = readIds(object, limits);
  const { event, data } = object;
  if (typeof event !== 'string') return refuse(readable, 'malformed', 'event');
  if (!isClientEvent(event)) return refuse(readable, 'unknown_event', 'event');
  if (hasWrongId(object, readable))
    return fail(
      event,
      readable,
      wrong('id', `must be a string of at most ${limits.requestIdMaxChars} characters`),
    );
  if (context.socket === 'broadcast' && !broadcastEvents.has(event))
    return fail(event, readable, { code: 'forbidden', message: errors.forbidden.title });
  if (!isObject(data)) return fail(event, readable, wrong('data', 'must be an object'));
  if (event === 'sendMessage' && isForbiddenType(data['type'], context.role))
    return fail(event, readable, {
      code: 'type_not_allowed',
      message: errors.type_not_allowed.title,
      field: 'type',
    });
  return parseData(event, data, { readable, limits });
}

function parseData(
  event: ClientEvent,
  data: Record<string, unknown>,
  { readable, limits }: { readable: Readable; limits: Limits },
): ParsedClientFrame {
  const parsed = schemasFor(limits)[event].safeParse(data);
  if (!parsed.success) {
    const [first] = fieldErrors(parsed.error, 1);
    const code = first?.code === 'message_too_long' ? first.code : 'validation_failed';
    return fail(event, readable, {
      code,
      message: first?.message ?? '',
      field: first?.field ?? '',
    });
  }
  const { requestId } = readable;
  const frame = { event, data: parsed.data, ...(requestId !== undefined && { requestId }) };
  // The schema was picked by the event: the pair is right, which the type checker cannot follow.
  return { ok: true, frame: frame as ClientFrame };
}

function readIds(object: Record<string, unknown>, limits: Limits): Readable {
  const requestId = readString(object['id'], limits.requestIdMaxChars);
  const data = object['data'];
  const clientMessageId = isObject(data)
    ? readString(data['client_message_id'], limits.clientMessageIdMaxChars)
    : undefined;
  return {
    ...(requestId !== undefined && { requestId }),
    ...(clientMessageId && { clientMessageId }),
  };
}

function readString(value: unknown, maxChars: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.length <= maxChars || hasCharsUpTo(value, maxChars) ? value : undefined;
}

/** Characters are code points, as in the schemas; `length` counts UTF-16 units, at most two each. */
function hasCharsUpTo(value: string, maxChars: number): boolean {
  return value.length <= maxChars * 2 && Array.from(value).length <= maxChars;
}

function hasWrongId(object: Record<string, unknown>, readable: Readable): boolean {
  const id = object['id'];
  return id !== undefined && id !== null && readable.requestId === undefined;
}

function isClientEvent(event: string): event is ClientEvent {
  return knownEvents.has(event);
}

/** A word that is no type at all is left to the schema, which names the field. */
function isForbiddenType(type: unknown, role: ClientFrameContext['role']): boolean {
  if (!knownTypes.has(type) || type === 'standard') return false;
  return type !== 'note' || role !== 'operator';
}

function wrong(field: string, message: string): FrameError & { code: 'validation_failed' } {
  return { code: 'validation_failed', message, field };
}

/** A failure of a frame whose event is not known. */
function refuse(readable: Readable, code: FrameErrorCode, field?: string): FailedFrame {
  const error = { code, message: errors[code].title, ...(field !== undefined && { field }) };
  return { ok: false, ...readable, error };
}

function fail(event: ClientEvent, readable: Readable, error: FrameError): ClientFrameFailure {
  // Every code given here is in both catalogues, but the ones that only sendMessage can get.
  return { ok: false, ...readable, event, error } as ClientFrameFailure;
}

type Schemas = ReturnType<typeof clientDataSchemas>;
const schemasByLimits = new WeakMap<Limits, Schemas>();

/** The schemas under these limits, built once: a memo, not state. */
function schemasFor(limits: Limits): Schemas {
  const known = schemasByLimits.get(limits);
  if (known !== undefined) return known;
  const built = clientDataSchemas(createScalars(limits));
  schemasByLimits.set(limits, built);
  return built;
}
