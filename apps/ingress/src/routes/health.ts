/** `/health/live`: the loop turns. `/health/ready`: a write and its copy came back through Redis, and calls are taken. */
import type { Bus } from '@switchboard/bus';
import type { Health } from '@switchboard/runtime';
import type { FastifyInstance } from 'fastify';

export interface HealthOptions {
  readonly version: string;
  readonly bus: Pick<Bus, 'health'>;
  readonly isListening: () => boolean;
  readonly stopping: AbortSignal;
}

/** What readiness is made of; the private port answers the same. */
export function createHealth(options: HealthOptions): () => Health {
  const { version, bus, isListening, stopping } = options;
  return () => {
    const { reasons: busReasons, clockOffsetMs, heartbeatMs, ready } = bus.health();
    const reasons = [
      ...(isListening() ? [] : ['not listening']),
      ...(stopping.aborted ? ['stopping'] : []),
      ...busReasons,
    ];
    return {
      ready: ready && reasons.length === 0,
      reasons,
      version,
      clock_offset_ms: clockOffsetMs,
      heartbeat_ms: heartbeatMs,
    };
  };
}

export function addHealth(app: FastifyInstance, health: () => Health): void {
  const schema = { hide: true };
  app.get('/health/live', { schema }, async () => ({ live: true }));
  app.get('/health/ready', { schema }, async (_request, reply) => {
    const answer = health();
    reply.code(answer.ready ? 200 : 503);
    return answer;
  });
}
