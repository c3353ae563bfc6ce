/** Tells all live operators' sockets after traffic how far they have come: a complete `since`. */
import { encodeAnswer } from '@switchboard/protocol';
import type { Wheel } from '../clock/wheel.ts';
import { deskTopic, type Desk } from './desk.ts';

export interface CheckpointsOptions {
  readonly desk: Desk;
  readonly wheel: Wheel;
  /** How long after traffic, ms. */
  readonly afterMs: number;
  readonly publish: (topic: string, frame: string) => number;
  readonly now: () => number;
  /** So many sockets were spared a checkpoint. */
  readonly onSpared: (sockets: number) => void;
}

export interface Checkpoints {
  /** There was traffic on a feed. */
  due(): void;
}

export function createCheckpoints({
  desk,
  wheel,
  afterMs,
  publish,
  now,
  onSpared,
}: CheckpointsOptions): Checkpoints {
  let waiting = false;
  const send = () => {
    waiting = false;
    if (desk.feeds.length === 0) return;
    const ts = new Date(now()).toISOString();
    if (desk.spared.size > 0) onSpared(desk.spared.size);
    publish(deskTopic, encodeAnswer('checkpoint', { position: desk.position() }, { ts }));
  };
  return {
    due() {
      if (waiting) return;
      waiting = true;
      wheel.after(afterMs, send);
    },
  };
}
