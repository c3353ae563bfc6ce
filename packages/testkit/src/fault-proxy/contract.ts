/**
 * A TCP port in front of another one that behaves as bad networks do. Guarantees: bytes keep their order;
 * without a condition they pass at once; what a condition holds back flows when it is lifted, as TCP's own
 * retransmission would have it. Only `discard` loses bytes.
 */

/** How a connection behaves, until it is lifted. */
export type Condition =
  /** Bytes arrive so much later, each way. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Bytes arrive at most so fast, each way; who sends more feels it as back-pressure. */
  | { readonly kind: 'throttle'; readonly bytesPerS: number }
  /** Nothing arrives, not even the end of the connection; both sides believe that it lives. */
  | { readonly kind: 'black-hole' }
  /**
   * What the target sends is thrown away, read by read, with this probability. For servers that write
   * whole messages: a subscription of Redis loses whole copies and stays in step.
   */
  | { readonly kind: 'discard'; readonly share: number }
  /** New connections are reset at once. */
  | { readonly kind: 'refuse' };

/** One connection through the proxy. */
export interface Link {
  readonly number: number;
  /** The first bytes that the connecting side sent (at most 1 KiB): who it is. */
  readonly opening: string;
}

export type Which = (link: Link) => boolean;

export interface FaultProxy {
  readonly port: number;
  /** Connections that are open on the near side. */
  readonly links: readonly Link[];
  /** For present and future connections that fit (default: all). Gives how to lift it again. */
  impose(condition: Condition, which?: Which): () => void;
  /** Ends connections (default: all) with RST, or with FIN; gives how many. New ones are taken. */
  cut(how?: 'reset' | 'end', which?: Which): number;
  /** Lifts everything. */
  heal(): void;
  stop(): Promise<void>;
}
