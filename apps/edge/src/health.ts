/** May balancers send clients here? */
import type { BusHealth } from '@switchboard/bus';
import type { Health } from '@switchboard/runtime';

export interface HealthParts {
  readonly version: string;
  readonly bus: () => BusHealth;
  readonly isListening: () => boolean;
  readonly isStopping: () => boolean;
  readonly hasKeys: () => boolean;
}

export function createHealth(parts: HealthParts): () => Health {
  const { version, bus, isListening, isStopping, hasKeys } = parts;
  return () => {
    const { ready, reasons, clockOffsetMs, heartbeatMs } = bus();
    const own = [
      ...(isStopping() ? ['draining'] : []),
      ...(isListening() ? [] : ['not listening']),
      ...(hasKeys() ? [] : ['no keys for tokens yet']),
    ];
    return {
      ready: ready && own.length === 0,
      reasons: [...reasons, ...own],
      version,
      clock_offset_ms: clockOffsetMs,
      heartbeat_ms: heartbeatMs,
    };
  };
}
