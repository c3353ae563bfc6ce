/** `/health/live`: the loop turns. `/health/ready`: a write and its copy came back through Redis, and it is not stopping. */
import type { FastifyInstance } from 'fastify';
import type { Health } from '@switchboard/runtime';
import type { Bus } from '@switchboard/bus';

/** What readiness is made of; the private port answers the same. */
export function createHealth(bus: Pick<Bus, 'health'>, stopping: AbortSignal): () => Health {
  return () => {
    const { ready, reasons, clockOffsetMs, heartbeatMs } = bus.health();
    return {
      ready: ready && !stopping.aborted,
      reasons: stopping.aborted ? ['stopping', ...reasons] : reasons,
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
