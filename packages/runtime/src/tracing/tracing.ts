/**
 * Traces that follow a message from its way in to the fan-out of every edge. Off unless an endpoint is named:
 * then nothing of OpenTelemetry is loaded, and everything here gives back what it was given.
 */

import type { Tracing, TracingOptions } from './contract.ts';

const off: Tracing = {
  log: (log) => log,
  publish: (publish) => publish,
  stop: async () => {},
};

export const openTracing = async (options: TracingOptions): Promise<Tracing> => {
  const { endpoint } = options;
  if (endpoint === undefined) return off;
  const { startTracing } = await import('./otlp-tracing.ts');
  return startTracing({ ...options, endpoint });
};
