/**
 * Every limit of the protocol. Each name ends with its unit; bytes are bytes of UTF-8. Configurable
 * per deployment: schemas and parsers take a `Limits`, and `connected` tells a client the ones that
 * concern it.
 */
export interface Limits {
  /** Largest frame a client may send, bytes. Above it: `frame_too_large`. */
  readonly clientFrameMaxBytes: number;
  /** Frames above this are not even answered: the connection is cut. Bytes. */
  readonly clientFrameCutBytes: number;
  /** A message's text, bytes. */
  readonly textMaxBytes: number;
  readonly attachmentsMax: number;
  /** A `meta` object or a postback's `value`, bytes of its JSON. */
  readonly metaMaxBytes: number;
  /** `preview` of `updateTyping`, bytes. */
  readonly previewMaxBytes: number;
  /** A token, bytes. */
  readonly tokenMaxBytes: number;
  /** Request line and headers of an upgrade; URL and headers, without what separates them, of an HTTP call. Bytes. */
  readonly requestHeadMaxBytes: number;
  /** An HTTP body, bytes. */
  readonly httpBodyMaxBytes: number;
  /** The body of `/batch` and of `/update/operators`, bytes. */
  readonly batchBodyMaxBytes: number;
  /** Operators in one `/update/operators`. */
  readonly operatorsMax: number;
  /** Items in one `/batch`. */
  readonly batchItemsMax: number;
  /** An id, characters (code points). */
  readonly idMaxChars: number;
  /** A frame's `id`, characters. */
  readonly requestIdMaxChars: number;
  readonly clientMessageIdMaxChars: number;
  /** A word of an open list (`status`, `format`, `channel` …), characters. */
  readonly wordMaxChars: number;
  readonly urlMaxChars: number;
  /** An `Idempotency-Key`, characters. */
  readonly idempotencyKeyMaxChars: number;
  /** How deep objects and arrays may nest in what is accepted. */
  readonly jsonDepthMax: number;
  /** `history=N` and events of one page of `/chats/{id}/events`. */
  readonly historyMaxEvents: number;
  /** Users listed in `connected.data.members`. */
  readonly membersInConnectedMax: number;
  /** Operators that `connected` lists on `/broadcast`. */
  readonly operatorsInConnectedMax: number;
  /** Life of a typing indicator, ms. */
  readonly typingTtlMs: number;
  /** A client repeats `is_typing: true` this often, ms. */
  readonly typingRepeatMs: number;
  /** Bad frames in a row within `badFramesWindowMs` that close the socket (4502). */
  readonly badFramesMax: number;
  readonly badFramesWindowMs: number;
  /** A client that has received nothing for this long sends `ping`, ms. */
  readonly pingAfterMs: number;
  /** Nothing received for this long after a `ping`: the client reconnects, ms. */
  readonly pongTimeoutMs: number;
  /** `tokenExpiring` is sent this long before the token ends, ms. */
  readonly tokenExpiringBeforeMs: number;
}

export const defaultLimits: Limits = {
  clientFrameMaxBytes: 65_536,
  clientFrameCutBytes: 131_072,
  textMaxBytes: 16_384,
  attachmentsMax: 15,
  metaMaxBytes: 4_096,
  previewMaxBytes: 1_024,
  tokenMaxBytes: 4_096,
  requestHeadMaxBytes: 16_384,
  httpBodyMaxBytes: 262_144,
  batchBodyMaxBytes: 4_194_304,
  operatorsMax: 500,
  batchItemsMax: 1_000,
  idMaxChars: 128,
  requestIdMaxChars: 64,
  clientMessageIdMaxChars: 64,
  wordMaxChars: 64,
  urlMaxChars: 2_048,
  idempotencyKeyMaxChars: 255,
  jsonDepthMax: 64,
  historyMaxEvents: 200,
  membersInConnectedMax: 200,
  operatorsInConnectedMax: 1_000,
  typingTtlMs: 6_000,
  typingRepeatMs: 3_000,
  badFramesMax: 10,
  badFramesWindowMs: 10_000,
  pingAfterMs: 30_000,
  pongTimeoutMs: 10_000,
  tokenExpiringBeforeMs: 60_000,
};

/** `connected.data.limits`: what a client must know before it sends. */
export function connectedLimits(limits: Limits) {
  return {
    frame_max_bytes: limits.clientFrameMaxBytes,
    text_max_bytes: limits.textMaxBytes,
    attachments_max: limits.attachmentsMax,
    meta_max_bytes: limits.metaMaxBytes,
    preview_max_bytes: limits.previewMaxBytes,
    client_message_id_max_chars: limits.clientMessageIdMaxChars,
    request_id_max_chars: limits.requestIdMaxChars,
    history_max_events: limits.historyMaxEvents,
    typing_ttl_ms: limits.typingTtlMs,
    typing_repeat_ms: limits.typingRepeatMs,
  };
}

/** `connected.data.heartbeat`: when a silent client asks (`ping`) and when it gives up. */
export function connectedHeartbeat(limits: Limits) {
  return { ping_after_ms: limits.pingAfterMs, pong_timeout_ms: limits.pongTimeoutMs };
}
