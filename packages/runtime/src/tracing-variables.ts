/** Where traces go. OpenTelemetry's own names, so that what is known of them holds. */
import { text, url } from './variable.ts';

export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: url({
    description:
      'collector (OTLP over HTTP) that gets a trace of every message, from its way in to the fan-out; unset: nothing is traced',
  }).optional(),
  OTEL_TRACES_SAMPLER_ARG: text({
    description:
      'part of the events that is traced, from 0 to 1; all processes decide the same of an event',
    pattern: /^(?:0|0?\.\d+|1|1\.0+)$/u,
    rule: 'must be a number from 0 to 1',
    default: '1',
  }),
};
