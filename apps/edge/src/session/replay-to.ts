/**
 * Missed events to one socket, as fast as it reads them. What its role may not see is left out; after
 * a while of nothing else a checkpoint tells it how far it has come, so that its next resume is short.
 */
import type { BusEvent, ReplaySink } from '@switchboard/bus';
import type { Session } from './session.ts';

/** Hidden events in a row after which a checkpoint is due. */
const hiddenMax = 100;

export interface ReplayTarget {
  readonly session: Session;
  /** What the session reads of an event; undefined: it is hidden from it. */
  readonly frameOf: (event: BusEvent) => Uint8Array | undefined;
  /** A `checkpoint` frame for the position of this event. */
  readonly checkpoint: (event: BusEvent) => string | undefined;
  /** Bytes that may wait in the socket before the replay waits for its reader. */
  readonly bufferMaxBytes: number;
  /** The session is live from this turn on. */
  readonly live: (delivered: number) => void;
}

export function replayTo(target: ReplayTarget): ReplaySink {
  const { session, frameOf, checkpoint, bufferMaxBytes } = target;
  let delivered = 0;
  let hidden = 0;

  const hide = (event: BusEvent) => {
    hidden += 1;
    if (hidden < hiddenMax) return;
    hidden = 0;
    const frame = checkpoint(event);
    if (frame !== undefined) session.send(frame);
  };
  return {
    deliver(event) {
      const frame = frameOf(event);
      if (frame === undefined) return hide(event);
      hidden = 0;
      delivered += 1;
      session.send(frame);
      if (session.connection.bufferedBytes > bufferMaxBytes) return session.connection.drained();
      return undefined;
    },
    live: () => target.live(delivered),
  };
}
