/** What this edge does, in numbers. Counters are plain: the fan-out cannot afford labels. */
import { labelled, textOf, type Metrics } from '@switchboard/runtime';
import { edgeMetrics } from './descriptions.ts';

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
  /** Since the start, for `GET /nodes`. */
  totals(): Totals;
}

export interface Totals {
  readonly messagesReceived: number;
  readonly messagesSent: number;
  readonly eventsSent: number;
  readonly closed: Readonly<Record<string, number>>;
}

export interface TrafficGauges {
  readonly chatSockets: () => number;
  readonly broadcastSockets: () => number;
  readonly rooms: () => number;
  /** What waits for readers, in sockets that are open and in those that are closing. */
  readonly bufferedBytes: () => number;
}

export function createTraffic(metrics: Metrics, gauges: TrafficGauges): Traffic {
  describeGauges(metrics, gauges);
  const { family } = metrics;
  const received = family(...labelled(edgeMetrics.received));
  const sent = family(...labelled(edgeMetrics.sent));
  const frames = family(...labelled(edgeMetrics.frames));
  const refused = family(...labelled(edgeMetrics.framesRefused));
  const connects = family(...labelled(edgeMetrics.connectsRefused));
  const closed = family(...labelled(edgeMetrics.socketsClosed));
  const slow = family(...labelled(edgeMetrics.slowReadersClosed));
  const shed = family(...labelled(edgeMetrics.shed));
  const softMarks = metrics.counter(textOf(edgeMetrics.softMarks));
  const spared = metrics.counter(textOf(edgeMetrics.ephemeralDropped));
  let eventsSent = 0;
  const closedByCode: Record<string, number> = {};
  return {
    received: (name) => void (received(name).value += 1),
    sent(name, sockets) {
      sent(name).value += sockets;
      eventsSent += sockets;
    },
    frame: (name) => void (frames(name).value += 1),
    frameRefused: (code) => void (refused(code).value += 1),
    connectRefused: (status) => void (connects(String(status)).value += 1),
    closed(code) {
      const label = closeLabel(code);
      closed(label).value += 1;
      closedByCode[label] = (closedByCode[label] ?? 0) + 1;
    },
    softMarked: () => void (softMarks.value += 1),
    spared: (sockets) => void (spared.value += sockets),
    closedFor: (limit) => void (slow(limit).value += 1),
    shed: (what) => void (shed(what).value += 1),
    totals: () => ({
      messagesReceived: frames('sendMessage').value,
      messagesSent: sent('messageAdded').value,
      eventsSent,
      closed: closedByCode,
    }),
  };
}

/** A client may send any code: only those of the registry and ours are told apart. */
function closeLabel(code: number): string {
  const isKnown =
    (code >= 1_000 && code <= 1_015) || (code >= 4_001 && code <= 4_008) || code === 4_429;
  return isKnown || (code >= 4_500 && code <= 4_505) ? String(code) : 'other';
}

function describeGauges(metrics: Metrics, gauges: TrafficGauges): void {
  const { chatSockets, broadcastSockets, rooms, bufferedBytes } = gauges;
  const sockets = textOf(edgeMetrics.sockets);
  metrics.gauge({ ...sockets, labels: { socket: 'chat' } }, chatSockets);
  metrics.gauge({ ...sockets, labels: { socket: 'broadcast' } }, broadcastSockets);
  metrics.gauge(textOf(edgeMetrics.rooms), rooms);
  metrics.gauge(textOf(edgeMetrics.buffered), bufferedBytes);
}
