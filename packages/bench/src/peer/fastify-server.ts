/** The peer `fastify`: what one would write first for ingest. A valid body is published, and nobody keeps it. */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { Redis } from 'ioredis';
import { z } from 'zod';

const channel = 'all';
const bodyMaxBytes = 256 * 1024;
const textMaxCharacters = 16 * 1024;

const id = z.string().min(1).max(128);
const message = z.object({
  id,
  chat_id: id,
  type: z.enum(['standard', 'system', 'note', 'bot']),
  user: z.object({ id, role: z.enum(['client', 'operator', 'bot', 'system']), name: z.string() }),
  text: z.string().min(1).max(textMaxCharacters),
});

const publisher = new Redis(process.argv[2] ?? '', { enableAutoPipelining: true });
const app = Fastify({ logger: false, bodyLimit: bodyMaxBytes });

app.post('/message', async (request, reply) => {
  const parsed = message.safeParse(request.body);
  if (!parsed.success) return reply.code(400).send({ issues: parsed.error.issues });
  await publisher.publish(channel, JSON.stringify(parsed.data));
  return { id: parsed.data.id };
});

await app.listen({ port: 0, host: '127.0.0.1' });
process.send?.((app.server.address() as AddressInfo).port);
process.on('disconnect', () => process.exit(0));
