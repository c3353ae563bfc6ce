/** Every metric of the edge. `docs/metrics.md` is made from this: `vitest run apps/edge/src/metrics -u`. */
import { sendHookMetrics } from '@switchboard/hooks';
import { processMetrics, type MetricDescription } from '@switchboard/runtime';

const event = "an event's name in the protocol";

export const edgeMetrics = {
  ...processMetrics('edge'),
  sockets: {
    name: 'switchboard_edge_sockets',
    kind: 'gauge',
    help: 'Open sockets',
    labels: { socket: '`chat` or `broadcast`' },
    reading: 'What edges are scaled by. All at once to 0: this edge was cut off or is draining.',
  },
  rooms: {
    name: 'switchboard_edge_rooms',
    kind: 'gauge',
    help: 'Rooms that are followed',
    reading: 'Rooms with a socket here, and those left within the last second.',
  },
  buffered: {
    name: 'switchboard_edge_buffered_bytes',
    kind: 'gauge',
    help: 'What waits in this process for slow readers',
    reading:
      'Near `BUFFERS_MAX_BYTES` the slowest are closed: readers or their networks are slower than the traffic.',
  },
  loopLag: {
    name: 'switchboard_edge_loop_lag_milliseconds',
    kind: 'gauge',
    help: 'Mean lag of the event loop',
    reading:
      'Over 40 % of `OVERLOAD_LAG_MS` typing is shed, then receipts, then connects. Add edges.',
  },
  followLag: {
    name: 'switchboard_edge_follow_lag_milliseconds',
    kind: 'gauge',
    help: 'Mean age of events when they are handed to sockets',
    reading:
      'How late clients read. With a low loop lag it is Redis or the network in between; with a high one, this edge.',
  },
  received: {
    name: 'switchboard_edge_events_received_total',
    kind: 'counter',
    help: 'Events from logs and channels',
    labels: { event },
    reading: 'Its rate times the sockets per room is the work of the fan-out.',
  },
  sent: {
    name: 'switchboard_edge_events_sent_total',
    kind: 'counter',
    help: 'Frames of events given to sockets',
    labels: { event },
    reading: 'Deliveries. Divided by received: how many sockets one event reaches here.',
  },
  frames: {
    name: 'switchboard_edge_frames_received_total',
    kind: 'counter',
    help: "Clients' frames that were read",
    labels: { event: "a command's name in the protocol" },
    reading: 'What clients send; `ping` grows with the sockets.',
  },
  framesRefused: {
    name: 'switchboard_edge_frames_refused_total',
    kind: 'counter',
    help: "Clients' frames that were refused",
    labels: { code: "an error's code in the protocol" },
    reading:
      '`malformed` and `validation_failed`: a client with a defect. `rate_limited`: one that sends too much. `unavailable`: Redis.',
  },
  connectsRefused: {
    name: 'switchboard_edge_connects_refused_total',
    kind: 'counter',
    help: 'Connects refused before the upgrade',
    labels: { status: 'HTTP status' },
    reading:
      '401: tokens (clocks, keys that were exchanged). 403: `ALLOWED_ORIGINS`. 429: too many at once. 503: full, under pressure, or away from Redis.',
  },
  socketsClosed: {
    name: 'switchboard_edge_sockets_closed_total',
    kind: 'counter',
    help: 'Sockets that have closed',
    labels: { code: 'close code, or `other`' },
    reading:
      '1000 and 1001: clients leave. 1006: networks. 4001: drained. 4002: slow. 4003: could not be continued. PROTOCOL.md has all.',
  },
  slowReadersClosed: {
    name: 'switchboard_edge_slow_readers_closed_total',
    kind: 'counter',
    help: 'Sockets closed for a slow reader',
    labels: { limit: '`socket`, `process` or `lost_frame`' },
    reading:
      '`socket`: its own limit. `process`: all together had too much. `lost_frame`: cut because a frame did not fit.',
  },
  shed: {
    name: 'switchboard_edge_shed_total',
    kind: 'counter',
    help: 'What was left undone under pressure',
    labels: { what: '`typing`, `connects` or `messages`' },
    reading: 'Any growth says that this edge is at its limit; `messages` were refused to clients.',
  },
  softMarks: {
    name: 'switchboard_edge_soft_marks_total',
    kind: 'counter',
    help: 'Sockets that came over the soft mark',
    reading: 'Readers that lag; they get messages and nothing ephemeral until they have read.',
  },
  ephemeralDropped: {
    name: 'switchboard_edge_ephemeral_dropped_total',
    kind: 'counter',
    help: 'Ephemeral frames not sent to slow readers',
    reading: 'Typing and presence that slow readers were spared. Nothing of it is owed to them.',
  },
  follows: {
    name: 'switchboard_edge_follows',
    kind: 'gauge',
    help: 'Logs that are followed now',
    reading: 'Rooms, the feeds (one per partition while an operator is here) and the control log.',
  },
  followReads: {
    name: 'switchboard_edge_follow_reads_total',
    kind: 'counter',
    help: 'Reads of a log by followers',
    reading: 'Joins, quiet checks and repairs. A jump without joins: live copies do not come.',
  },
  followRepaired: {
    name: 'switchboard_edge_follow_repaired_total',
    kind: 'counter',
    help: 'Events read from the log because their live copy was missing',
    reading:
      'Nothing was lost, but it came late. Normal after a cut; all the time: the output buffer of Redis for pubsub is too small.',
  },
  followLost: {
    name: 'switchboard_edge_follow_lost_total',
    kind: 'counter',
    help: 'Positions that could not be continued',
    reading:
      'The log does not hold any more what came next: sockets get 4003 and load again. Expected only when Redis was lost, or a log is too short.',
  },
  followMalformed: {
    name: 'switchboard_edge_follow_malformed_total',
    kind: 'counter',
    help: 'Messages on a channel that are no envelope',
    reading: 'Must stay 0: somebody else writes to our channels, or two versions do not agree.',
  },
  followRenewed: {
    name: 'switchboard_edge_follow_renewed_total',
    kind: 'counter',
    help: 'Channels subscribed again because a quiet check found a hole',
    reading: 'Must be rare: a subscription was lost without its connection being lost.',
  },
  ...sendHookMetrics,
  sendHookWaiting: {
    name: 'switchboard_edge_send_hook_waiting',
    kind: 'gauge',
    help: 'Messages that wait for their turn to be decided on by the backend',
    reading:
      'A few chats with many, or many with a few: the backend is slower than what is sent. Of one chat more than `SEND_HOOK_PENDING_MAX` are refused.',
  },
} as const satisfies Record<string, MetricDescription>;
