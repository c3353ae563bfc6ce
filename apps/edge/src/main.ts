/** The composition root of the edge: reads the configuration, builds the parts, starts and stops them. */
import { randomUUID } from 'node:crypto';
import { openBus } from '@switchboard/bus';
import {
  busSettingsOf,
  createLogger,
  createMetrics,
  createPrivateServer,
  createShutdown,
  describeProcess,
  loadConfigOrExit,
  openTracing,
  packageVersion,
} from '@switchboard/runtime';
import { createAdmission } from './admission.ts';
import { createWheel } from './clock/wheel.ts';
import { edgeConfig, frameRatesOf, limitsOf } from './config.ts';
import { obey } from './control/obey.ts';
import { readAgain } from './control/read-again.ts';
import { boundDrain, drain } from './drain/drain.ts';
import { createEdge } from './edge.ts';
import { openSendHook } from './hand-off/open-send-hook.ts';
import { createHealth } from './health.ts';
import { describeFollowing } from './metrics/describe-following.ts';
import { describeSendHook } from './metrics/describe-send-hook.ts';
import { createTraffic } from './metrics/traffic.ts';
import { createSlowReaders } from './session/slow-readers.ts';
import { createGathering } from './socket/gathering.ts';
import { createSocketServer } from './socket/socket-server.ts';
import { keysOfConfig } from './token/keys-of-config.ts';
import { createTokens } from './token/tokens.ts';
import { admit } from './upgrade/admit.ts';
import { createOriginCheck } from './upgrade/origin.ts';

/** EX_CONFIG of sysexits.h, as for every wrong setting. */
const exitCodeBadConfig = 78;
/** How often sockets are looked at for readers that are too slow, ms. */
const slowReadersEveryMs = 250;
const readyLookMs = 100;

const version = packageVersion(import.meta.url);
const config = loadConfigOrExit(edgeConfig);
const configured = keysOfConfig({
  secret: config.AUTH_SECRET,
  keySet: config.AUTH_KEYS,
  jwksUrl: config.AUTH_JWKS_URL,
});
if (!configured.ok) {
  process.stderr.write(`configuration: ${configured.problem}\n`);
  process.exit(exitCodeBadConfig);
}
const limits = limitsOf(config);
const startNodeId = config.NODE_ID ?? `edge-${randomUUID().slice(0, 8)}`;
const logger = createLogger({
  name: 'edge',
  version,
  level: config.LOG_LEVEL,
  secrets: [...(config.AUTH_SECRET ? [config.AUTH_SECRET] : []), ...(config.HOOK_SECRETS ?? [])],
}).child({ node: startNodeId });
const onWarning = (message: string, details: Record<string, unknown> = {}) =>
  logger.warn(details, message);
const shutdown = createShutdown({ logger, timeoutMs: config.SHUTDOWN_TIMEOUT_MS });

const tracing = await openTracing({
  endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
  ratio: Number(config.OTEL_TRACES_SAMPLER_ARG),
  role: 'edge',
  version,
  nodeId: startNodeId,
  onWarning,
});
shutdown.add('tracing', () => tracing.stop());

const tokens = createTokens({ config, configuredKeys: configured.keys, limits, onWarning });
await tokens.start();
shutdown.add('keys', () => tokens.stop());

const plainBus = await openBus({
  ...busSettingsOf(config),
  clientName: startNodeId,
  onWarning,
});
const bus = { ...plainBus, log: tracing.log(plainBus.log) };
shutdown.add('bus', () => bus.close());

const metrics = createMetrics();
const traffic = createTraffic(metrics, {
  chatSockets: () => edge.table.count('chat'),
  broadcastSockets: () => edge.table.count('broadcast'),
  rooms: () => edge.rooms.size,
  bufferedBytes: () => slowReaders.bufferedBytes,
});
describeFollowing(metrics, bus.followStats);
describeProcess(metrics, {
  role: 'edge',
  version,
  isReady: () => health().ready,
  heartbeatMs: () => bus.health().heartbeatMs,
});
const sendHook = await openSendHook(config, {
  userAgent: `Switchboard/${version}`,
  observer: describeSendHook(metrics, {
    breaker: () => sendHook?.breaker ?? 'closed',
    waiting: () => edge.messagesWaiting,
  }),
});
const wheel = createWheel();
const isAllowedOrigin = createOriginCheck(config.ALLOWED_ORIGINS);
let isClosing = false;
const admission = createAdmission({
  config,
  bus,
  metrics,
  traffic,
  isClosing: () => isClosing,
  sockets: () => edge.table.size + server.partings.size,
  onWarning,
});
const server = await createSocketServer({
  host: config.HOST,
  port: config.PORT,
  basePath: config.BASE_PATH ?? '',
  requestHeadMaxBytes: limits.requestHeadMaxBytes,
  frameCutBytes: limits.clientFrameCutBytes,
  // What is cut for being slow is cut before the hard limit, over which frames are lost.
  bufferMaxBytes: config.SOCKET_BUFFER_MAX_BYTES * 2,
  idleTimeoutMs: config.SOCKET_IDLE_TIMEOUT_MS,
  closeFlushMs: config.CLOSE_FLUSH_MS,
  onPressed: () => slowReaders.pressed(),
  admit: (head) =>
    admit(head, { isAllowedOrigin, verify: tokens.verify, door: admission.door, limits }),
  open: (ticket, connection) => edge.open(ticket, connection),
  onRefused: traffic.connectRefused,
});
const gathering = createGathering({ hold: (forMs) => bus.holdFollowing(forMs) });
const edge = createEdge({
  bus,
  wheel,
  traffic,
  limits,
  verify: tokens.verify,
  holdback: admission,
  sendHook,
  publish: tracing.publish((topic, frame) => {
    const sockets = server.publish(topic, frame);
    gathering.sent(sockets);
    if (sockets > 0) slowReaders.sent(frame.length, sockets);
    return sockets;
  }),
  settings: {
    appendTimeoutMs: config.APPEND_TIMEOUT_MS,
    roomGraceMs: config.ROOM_GRACE_MS,
    deskGraceMs: config.DESK_GRACE_MS,
    connectionsMax: {
      chat: config.CHAT_CONNECTIONS_MAX_PER_USER,
      broadcast: config.BROADCAST_CONNECTIONS_MAX_PER_USER,
    },
    checkpointAfterMs: config.CHECKPOINT_AFTER_MS,
    pendingMax: config.PENDING_MAX_COMMANDS,
    bufferMaxBytes: config.SOCKET_BUFFER_MAX_BYTES,
    refuseIfClosed: config.CLOSED_CHATS === 'refuse',
    rates: frameRatesOf(config),
    typingIntervalMs: config.TYPING_INTERVAL_MS,
  },
  onWarning,
});

const slowReaders = createSlowReaders({
  table: edge.table,
  limits: {
    socketSoftBytes: config.SOCKET_BUFFER_SOFT_BYTES,
    socketMaxBytes: config.SOCKET_BUFFER_MAX_BYTES,
    processMaxBytes: config.BUFFERS_MAX_BYTES,
  },
  partings: server.partings,
  spare: edge.spare,
  counts: traffic,
  everyMs: slowReadersEveryMs,
});

let publicPort = 0;
const health = createHealth({
  version,
  bus: () => bus.health(),
  isListening: () => publicPort > 0,
  isStopping: () => shutdown.signal.aborted,
  hasKeys: () => tokens.keyCount > 0,
});
const privateServer = createPrivateServer({
  host: config.PRIVATE_HOST,
  port: config.PRIVATE_PORT,
  metrics,
  health,
});
const privatePort = await privateServer.start();
shutdown.add('private server', () => privateServer.stop());

const nodeState = () => {
  if (shutdown.signal.aborted) return 'draining';
  return health().ready ? 'ready' : 'starting';
};
const lease = await bus.nodes.enter(startNodeId, () => ({
  state: nodeState(),
  address: `${config.HOST}:${publicPort || config.PORT}`,
  version,
  sockets: edge.table.size,
  rooms: edge.rooms.size,
  totals: traffic.totals(),
  ...admission.gauge.lag(),
  ...admission.proxySigns(),
}));
shutdown.signal.addEventListener('abort', () => lease.tell(), { once: true });
shutdown.add('lease', () =>
  // Without Redis the lease ends by itself, and nobody is taken out before: no reason to fail.
  lease.release(config.LEAVE_GRACE_MS).catch((error: unknown) => {
    onWarning('the lease could not be released and will run out', { err: error });
  }),
);

/** The heartbeat comes back a moment after the sockets are open. */
function tellWhenReady(): void {
  if (health().ready) lease.tell();
  else if (!shutdown.signal.aborted) wheel.after(readyLookMs, tellWhenReady);
}

const commanded = {
  table: edge.table,
  desk: edge.desk,
  control: bus.control,
  attendance: edge.attendance,
  nodeId: () => lease.nodeId,
  drain: () => void shutdown.begin('drain'),
  now: () => bus.now(),
  wheel,
  onWarning,
};
const following = await bus.control.follow(
  (command) => obey(command, commanded),
  () => void readAgain(commanded),
);
shutdown.add('control', () => following.close());

slowReaders.start();
admission.gauge.start();
publicPort = await server.listen();
tellWhenReady();
shutdown.add('sockets', async () => {
  await drain({
    table: edge.table,
    stopListening: server.stopListening,
    onClosing() {
      isClosing = true;
      edge.attendance.stop();
    },
    finish: edge.finish,
    abandon: edge.abandon,
    partings: server.partings,
    retrySpreadMs: config.DRAIN_RETRY_MS,
    ...boundDrain(
      {
        waitMs: config.DRAIN_WAIT_MS,
        windowMs: config.DRAIN_WINDOW_MS,
        answerMs: config.DRAIN_ANSWER_MS,
        flushMs: config.CLOSE_FLUSH_MS,
      },
      config.SHUTDOWN_TIMEOUT_MS,
    ),
    random: Math.random,
  });
  // Who has not been answered by now was told so, and asks again elsewhere: under the same key.
  sendHook?.stop();
  await edge.messagesDone(config.SHUTDOWN_TIMEOUT_MS / 10);
  await sendHook?.close();
  slowReaders.stop();
  server.close();
  wheel.stop();
  admission.gauge.stop();
});

logger.info({ host: config.HOST, port: publicPort, privatePort }, 'listening');
