/** May balancers send clients here? */
import type { BusHealth } from '@switchboard/bus';
import type { Health } from '@switchboard/runtime';

export interface HealthParts {
  readonly bus: () => BusHealth;
  readonly isListening: () => boolean;
  readonly isStopping: () => boolean;
  readonly hasKeys: () => boolean;
}

export function createHealth({ bus, isListening, isStopping, hasKeys }: HealthParts): () => Health {
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
      clock_offset_ms: clockOffsetMs,
      heartbeat_ms: heartbeatMs,
    };
  };
}
