/** The composition root of ingress: reads the configuration, builds the parts, starts and stops them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
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
import { readTokenEntry } from './api-tokens.ts';
import { ingressConfig } from './config.ts';
import { startHandOff } from './hand-off/hand-off.ts';
import { createIngress } from './ingress.ts';
import { createHealth } from './routes/health.ts';

const version = packageVersion(import.meta.url);
const config = loadConfigOrExit(ingressConfig);
const nodeId = config.NODE_ID ?? `ingress-${randomUUID().slice(0, 8)}`;
const logger = createLogger({
  name: 'ingress',
  version,
  level: config.LOG_LEVEL,
  secrets: [
    ...config.API_TOKENS.map((entry) => readTokenEntry(entry).token),
    ...(config.HOOK_SECRETS ?? []),
  ],
}).child({ node: nodeId });
const shutdown = createShutdown({ logger, timeoutMs: config.SHUTDOWN_TIMEOUT_MS });

const tracing = await openTracing({
  endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
  ratio: Number(config.OTEL_TRACES_SAMPLER_ARG),
  role: 'ingress',
  version,
  nodeId,
  onWarning: (message, details) => logger.warn(details, message),
});
shutdown.add('tracing', () => tracing.stop());

const plainBus = await openBus({
  ...busSettingsOf(config),
  clientName: nodeId,
  onWarning: (message, details) => logger.warn(details ?? {}, message),
});
const bus = { ...plainBus, log: tracing.log(plainBus.log) };
shutdown.add('bus', () => bus.close());

const metrics = createMetrics();
const health = createHealth({
  version,
  bus,
  isListening: () => ingress.server.listening,
  stopping: shutdown.signal,
});
describeProcess(metrics, {
  role: 'ingress',
  version,
  isReady: () => health().ready,
  heartbeatMs: () => bus.health().heartbeatMs,
});
const ingress = await createIngress({ version, config, bus, logger, metrics, health });

const privateServer = createPrivateServer({
  host: config.PRIVATE_HOST,
  port: config.PRIVATE_PORT,
  metrics,
  health,
});
const privatePort = await privateServer.start();
shutdown.add('private server', () => privateServer.stop());

const handOff = await startHandOff({
  config,
  outbox: bus.outbox,
  metrics,
  logger,
  // Told apart from one of the same name that runs still, or has died.
  workerId: `${nodeId}/${randomUUID().slice(0, 8)}`,
  version,
  nowMs: bus.now,
});
shutdown.add('hand-off', () => handOff.stop());
// Others take over while this process still serves.
shutdown.signal.addEventListener('abort', () => void handOff.stop().catch(() => undefined));

await ingress.listen({ host: config.HOST, port: config.PORT });
shutdown.add('http', () => ingress.close());
shutdown.add('drain delay', () => delay(config.DRAIN_DELAY_MS));

logger.info({ addresses: ingress.addresses(), privatePort }, 'listening');
