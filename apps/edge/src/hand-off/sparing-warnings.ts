/** Warnings about a backend: when it is away every message has one, and the log needs few of them. */
type Warn = (message: string, details: Record<string, unknown>) => void;

export interface SparingOptions {
  /** Of one kind at most one in so much time, ms. */
  readonly everyMs: number;
  /** A clock that never steps back, ms. */
  readonly now: () => number;
}

/** Writes a message's first warning at once; the next one that is written tells how many were not (`spared`). */
export function createSparingWarnings(warn: Warn, { everyMs, now }: SparingOptions): Warn {
  const kinds = new Map<string, { toldAtMs: number; spared: number }>();
  return (message, details) => {
    const kind = kinds.get(message);
    if (kind !== undefined && now() - kind.toldAtMs < everyMs) {
      kind.spared += 1;
      return;
    }
    kinds.set(message, { toldAtMs: now(), spared: 0 });
    warn(message, { ...details, ...(kind && kind.spared > 0 && { spared: kind.spared }) });
  };
}
