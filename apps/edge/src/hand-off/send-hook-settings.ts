/** What an edge needs to know about asking a backend. */
export interface SendHookSettings {
  /** How long a sender waits in all for a decision, ms. */
  readonly timeoutMs: number;
  /** How long for a message that the backend posts itself, ms. */
  readonly deferMaxMs: number;
  /** Messages of one chat that may wait on this edge. */
  readonly waitingMax: number;
  /** Aborted when nobody is to be asked any more. */
  readonly stopping: AbortSignal;
}
