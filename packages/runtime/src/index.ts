export { loadConfig, loadConfigOrExit, type ConfigProblem, type ConfigResult } from './config.ts';
export { renderConfigTable } from './config-table.ts';
export {
  choice,
  choices,
  durationMs,
  flag,
  list,
  port,
  secret,
  secretList,
  text,
  url,
  wholeNumber,
  type VariableMeta,
} from './variable.ts';
export {
  eventsHookVariables,
  hookIsSigned,
  hookSecretVariables,
  outboxVariables,
  sendHookVariables,
} from './hook-variables.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { createRedaction, type Redaction } from './redaction.ts';
export { createMetrics, type Counter, type Metrics } from './metrics.ts';
export {
  labelled,
  processMetrics,
  renderDefaultsTable,
  renderMetricsTable,
  textOf,
  withSection,
  type MetricDescription,
} from './metric-descriptions.ts';
export { describeProcess } from './describe-process.ts';
export { packageVersion } from './package-version.ts';
export {
  createPrivateServer,
  type Health,
  type PrivateServer,
  type PrivateServerOptions,
} from './private-server.ts';
export { createShutdown, type Shutdown, type ShutdownOptions } from './shutdown.ts';
export { busSettingsOf } from './bus-settings.ts';
export { messageLimitsOf, messageLimitVariables } from './message-limits.ts';
export { processVariables, type ProcessVariables } from './process-variables.ts';
export { TokenBucket, type Rate } from './token-bucket.ts';
export { createAdaptiveLimit, type AdaptiveLimit } from './adaptive-limit.ts';
export { createLoopLag, type LoopLag } from './loop-lag.ts';
export { openTracing } from './tracing/tracing.ts';
