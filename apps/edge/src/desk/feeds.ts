/** The feeds of all partitions, followed while there are operators' sockets, and for a moment longer. */
import type { BusEvent, EventLog, FollowListener } from '@switchboard/bus';
import type { Wheel } from '../clock/wheel.ts';
import type { DeskSession } from '../session/session.ts';
import type { Desk, DeskSeat } from './desk.ts';
import type { FeedFanOut } from './feed-fan-out.ts';

export interface FeedsOptions {
  readonly desk: Desk;
  readonly log: Pick<EventLog, 'followFeed' | 'partitions'>;
  readonly fanOut: FeedFanOut;
  readonly wheel: Wheel;
  /** How long the feeds are followed after the last socket has gone, ms. */
  readonly lingerMs: number;
  readonly onReceived: (event: BusEvent) => void;
  /** A log was rolled back or trimmed: what its readers have is not known any more. */
  readonly onLost: (partition: number) => void;
}

export interface Feeds {
  enter(session: DeskSession): DeskSeat;
  leave(session: DeskSession): void;
  /** Resolves when all of them are live. Rejects with BusUnavailable. */
  ready(): Promise<void>;
}

export function createFeeds(options: FeedsOptions): Feeds {
  const { desk, log, wheel, lingerMs } = options;

  const close = () => {
    for (const feed of desk.feeds) feed.close();
    desk.feeds = [];
  };
  const open = () => {
    const partitions = Array.from({ length: log.partitions }, (_, partition) => partition);
    const feeds = partitions.map((partition) =>
      log.followFeed(partition, listenerOf(partition, options)),
    );
    desk.feeds = feeds;
    // Those who are joining wait for `ready` too and are turned away; the next one starts afresh.
    Promise.all(feeds.map((feed) => feed.ready)).catch(() => {
      if (desk.feeds === feeds) close();
    });
  };
  return {
    enter(session) {
      if (desk.feeds.length === 0) open();
      return desk.add(session);
    },
    leave(session) {
      desk.remove(session);
      if (desk.seats.size > 0) return;
      wheel.after(lingerMs, () => {
        if (desk.seats.size === 0) close();
      });
    },
    async ready() {
      await Promise.all(desk.feeds.map((feed) => feed.ready));
    },
  };
}

function listenerOf(
  partition: number,
  { fanOut, onReceived, onLost }: FeedsOptions,
): FollowListener {
  const receive = (event: BusEvent) => {
    onReceived(event);
    fanOut(partition, event);
  };
  return { event: receive, ephemeral: receive, lost: () => onLost(partition) };
}
