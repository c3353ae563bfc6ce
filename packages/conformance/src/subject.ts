/** The client that is put to the proof, as the suite sees it: an adapter of some forty lines. */

/** What the suite asks of it. Nothing of it is answered: what comes of it is told by `Reports`. */
export interface Subject {
  /**
   * Joins a chat; the token is asked for by `Reports.token`. The first call, and the only one of its
   * kind: in the cases of a desk it is `openDesk` instead.
   */
  connect(target: Target): void;
  /**
   * Opens an operator's desk, `/broadcast`. Absent where a client knows nothing of desks: it fails
   * their cases.
   * @param url `ws://…`, without `/broadcast`
   */
  openDesk?(url: string): void;
  /** Sends a message with this `client_message_id`. */
  send(clientMessageId: string, text: string): void;
  /** Ends it for good. */
  close(): void;
}

export interface Target {
  /** `ws://…`, without `/chat`. */
  readonly url: string;
  readonly chatId: string;
}

/** What the client tells, each at the moment at which it tells its application. */
export interface Reports {
  /** It needs a token: gives one. Never the same one twice. */
  token(): string;
  /** An event was given to the application. */
  event(event: string, eventId: string): void;
  /** A message was accepted, or will not be. */
  accepted(clientMessageId: string, messageId: string): void;
  refused(clientMessageId: string, code: string): void;
  /** The application has to load from its backend. */
  reload(): void;
  /** It will not connect again. */
  ended(): void;
}

export type CreateSubject = (reports: Reports) => Subject;
