/** What this edge does, in numbers. Counters are plain: the fan-out cannot afford labels. */
import type { Counter, Metrics } from '@switchboard/runtime';

export interface Traffic {
  /** An event came from a log or a channel. */
  received(eventName: string): void;
  /** An event went to so many sockets. */
  sent(eventName: string, sockets: number): void;
  /** A client's frame was read. */
  frame(eventName: string): void;
  frameRefused(code: string): void;
  connectRefused(status: number): void;
  closed(code: number): void;
  /** A socket has come over the soft mark. */
  softMarked(): void;
  /** An ephemeral event was not sent to so many sockets over it. */
  spared(sockets: number): void;
  /** A socket was closed for its reader's pace. */
  closedFor(limit: 'socket' | 'process' | 'lost_frame'): void;
  /** Something was left undone for want of time or memory. */
  shed(what: 'typing' | 'connects' | 'messages'): void;
}

export interface TrafficGauges {
  readonly chatSockets: () => number;
  readonly broadcastSockets: () => number;
  readonly rooms: () => number;
  readonly heartbeatMs: () => number;
  /** What waits for readers, in sockets that are open and in those that are closing. */
  readonly bufferedBytes: () => number;
}

export function createTraffic(metrics: Metrics, gauges: TrafficGauges): Traffic {
  describeGauges(metrics, gauges);
  const received = family(metrics, 'events_received', 'event', 'Events from logs and channels');
  const sent = family(metrics, 'events_sent', 'event', 'Frames of events given to sockets');
  const frames = family(metrics, 'frames_received', 'event', "Clients' frames that were read");
  const refused = family(metrics, 'frames_refused', 'code', "Clients' frames that were refused");
  const connects = family(
    metrics,
    'connects_refused',
    'status',
    'Connects refused before the upgrade',
  );
  const closed = family(metrics, 'sockets_closed', 'code', 'Sockets that have closed');
  const slow = family(metrics, 'slow_readers_closed', 'limit', 'Sockets closed for a slow reader');
  const shed = family(metrics, 'shed', 'what', 'What was left undone under pressure');
  const softMarks = single(metrics, 'soft_marks', 'Sockets that came over the soft mark');
  const spared = single(metrics, 'ephemeral_dropped', 'Ephemeral frames not sent to slow readers');
  return {
    received: (name) => void (received(name).value += 1),
    sent: (name, sockets) => void (sent(name).value += sockets),
    frame: (name) => void (frames(name).value += 1),
    frameRefused: (code) => void (refused(code).value += 1),
    connectRefused: (status) => void (connects(String(status)).value += 1),
    closed: (code) => void (closed(closeLabel(code)).value += 1),
    softMarked: () => void (softMarks.value += 1),
    spared: (sockets) => void (spared.value += sockets),
    closedFor: (limit) => void (slow(limit).value += 1),
    shed: (what) => void (shed(what).value += 1),
  };
}

/** One counter per value of a label, made when the value is first seen. The values are names of the protocol. */
function family(
  metrics: Metrics,
  name: string,
  label: string,
  help: string,
): (value: string) => Counter {
  const counters = new Map<string, Counter>();
  return (value) => {
    const known = counters.get(value);
    if (known !== undefined) return known;
    const made = metrics.counter({
      name: `switchboard_edge_${name}_total`,
      help,
      labels: { [label]: value },
    });
    counters.set(value, made);
    return made;
  };
}

function single(metrics: Metrics, name: string, help: string): Counter {
  return metrics.counter({ name: `switchboard_edge_${name}_total`, help });
}

/** A client may send any code: only those of the registry and ours are told apart. */
function closeLabel(code: number): string {
  const isKnown =
    (code >= 1_000 && code <= 1_015) || (code >= 4_001 && code <= 4_008) || code === 4_429;
  return isKnown || (code >= 4_500 && code <= 4_505) ? String(code) : 'other';
}

function describeGauges(metrics: Metrics, gauges: TrafficGauges): void {
  const { chatSockets, broadcastSockets, rooms, heartbeatMs, bufferedBytes } = gauges;
  const sockets = { name: 'switchboard_edge_sockets', help: 'Open sockets' };
  metrics.gauge({ ...sockets, labels: { socket: 'chat' } }, chatSockets);
  metrics.gauge({ ...sockets, labels: { socket: 'broadcast' } }, broadcastSockets);
  metrics.gauge({ name: 'switchboard_edge_rooms', help: 'Rooms that are followed' }, rooms);
  const buffered = 'What waits in this process for slow readers';
  metrics.gauge({ name: 'switchboard_edge_buffered_bytes', help: buffered }, bufferedBytes);
  const heartbeat = 'Round trip of the last heartbeat through Redis; -1 before the first';
  metrics.gauge({ name: 'switchboard_edge_heartbeat_milliseconds', help: heartbeat }, heartbeatMs);
}
