/**
 * What a session asks of its socket. Implemented over uWebSockets.js in `socket/`.
 *
 * MUST: keep the order of `send` and of publishes to its topics; do nothing after the socket has
 * closed. MUST NOT: throw; call `closed` of its peer before the call that closed it has returned.
 */
export interface Connection {
  /** One text frame. */
  send(frame: string | Uint8Array): void;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /** What is sent within leaves in one write. */
  together(act: () => void): void;
  /** Bytes that were sent and have not left this process. */
  readonly bufferedBytes: number;
  /** Resolves when most of them have left, or the socket has closed. */
  drained(): Promise<void>;
  /** Sends a close frame. */
  close(code: number, reason: string): void;
}

/** How a socket ended. */
export interface Closing {
  readonly code: number;
  /** False: the connection broke or timed out. */
  readonly byFrame: boolean;
}

/** What a socket tells its session. */
export interface SocketPeer {
  /** A frame came; `bytes` are valid during the call only. */
  message(bytes: Uint8Array, isBinary: boolean): void;
  /** The socket lost a frame because its reader is too slow; it is closed right afterwards. */
  overflowed(): void;
  closed(closing: Closing): void;
}
