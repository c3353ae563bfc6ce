/** The two addresses that Switchboard calls. */
import type { FastifyPluginCallback } from 'fastify';
import type { EventsHook, HookEvent } from './events-hook.ts';
import type { SendCall, SendHook } from './send-hook.ts';
import { isSigned } from './signature.ts';

interface Parts {
  readonly sendHook: SendHook;
  readonly eventsHook: EventsHook;
  readonly secrets: readonly string[];
  readonly nowMs: () => number;
  /** After every call: there may be something to do. */
  readonly onChange: () => void;
}

/** Of events 1 MiB comes in one call, and what is around them. */
const bodyMaxBytes = 2 * 1024 * 1024;

export const hookRoutes =
  ({ sendHook, eventsHook, secrets, nowMs, onChange }: Parts): FastifyPluginCallback =>
  (app, _options, done) => {
    // The signature is of the bytes as they came: JSON that was parsed and written again is another text.
    app.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: bodyMaxBytes },
      (_request, body, parsed) => parsed(null, body),
    );
    app.addHook('preHandler', async (request, reply) => {
      const header = request.headers['switchboard-signature'];
      const isOurs = isSigned(String(header), (request.body ?? Buffer.alloc(0)) as Buffer, {
        secrets,
        nowS: nowMs() / 1000,
      });
      if (!isOurs) await reply.code(401).send({ code: 'signature', message: 'Not signed by us' });
    });

    app.post('/hooks/send', (request, reply) => {
      const key = String(request.headers['idempotency-key']);
      const call = JSON.parse(String(request.body)) as SendCall;
      const { status, body } = sendHook(key, call);
      onChange();
      return reply.code(status).send(body);
    });

    app.post('/hooks/events', (request, reply) => {
      const { events } = JSON.parse(String(request.body)) as { events: HookEvent[] };
      eventsHook(events);
      onChange();
      return reply.code(204).send();
    });
    done();
  };
