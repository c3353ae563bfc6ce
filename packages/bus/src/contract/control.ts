/** What every edge is told to do: disconnect, change sources, drain. See ../contract.ts for the guarantees. */
import type { Position } from './append.ts';

export type ControlCommand =
  | {
      readonly kind: 'disconnect';
      readonly userId?: string;
      readonly sessionId?: string;
      readonly chatId?: string;
      readonly reason?: string;
      readonly revoke: boolean;
    }
  | {
      readonly kind: 'sources';
      readonly operatorId: string;
      readonly sourcesJson: string;
      /** Of the `operatorUpdated` that brought them: older ones than those that an edge was told are not handed on. */
      readonly position: Position;
    }
  /** The session's user has more connections than it may have. */
  | { readonly kind: 'replace'; readonly sessionId: string }
  | { readonly kind: 'drain'; readonly nodeId: string };

export interface SourcesTold {
  readonly position: Position;
  readonly isRepeat: boolean;
}

/** Who holds a token: what was revoked before it is known to have been there does not concern it. */
export interface TokenHolder {
  /** A digest, never the token. */
  readonly tokenId: string;
  /** Milliseconds by Redis' clock; Infinity: only a revocation of this very token concerns it. */
  readonly knownSinceMs: number;
  readonly userId: string;
  readonly sessionId?: string;
  readonly chatId?: string;
}

export interface Control {
  /**
   * Logs a command for all edges: none is lost, in order. Resolves when it is in the log. What is revoked
   * is refused from then on, whatever the edges hear: for 30 days, and each token that an edge denies for its life.
   */
  send(command: ControlCommand): Promise<void>;
  /** Like `send`, and adds up what the living edges answer within `timeoutMs`. */
  ask(command: ControlCommand, timeoutMs: number): Promise<number>;
  /**
   * Every command sent from now on, in order; one that takes long does not hold the next up.
   * @param handler its number is the answer to `ask`
   * @param onLost commands may have been missed: read `sourcesOf` and `isDenied` of every session again
   */
  follow(
    handler: (command: ControlCommand) => number | Promise<number>,
    onLost?: () => void,
  ): Promise<{ close(): void }>;
  /** Live sources of an operator as told by `/update/operators`, encoded JSON; they replace the token's. */
  sourcesOf(operatorId: string): Promise<string | undefined>;
  /**
   * Keeps them for 30 days. False: newer ones are kept, and hold.
   * @param told the `operatorUpdated` that brought them; a repeat never replaces newer ones
   */
  setSources(operatorId: string, sourcesJson: string, told: SourcesTold): Promise<boolean>;
  /** Refuses a token for the rest of its life. `tokenId`: a digest, never the token. */
  deny(tokenId: string, forMs: number): Promise<void>;
  /** Whether this token was denied, or its user, session or room revoked since it was there. */
  isDenied(holder: TokenHolder): Promise<boolean>;
}
