/**
 * What a browser asks for. Whoever opens the page is the visitor Ada, and whoever opens the desk is the operator
 * Grace: a product looks at its session first.
 */
import { readFileSync } from 'node:fs';
import type { FastifyPluginCallback } from 'fastify';
import type { Calls } from './calls.ts';
import type { Conversations } from './conversations.ts';
import { inTransaction, type Database } from './database.ts';
import type { Tokens } from './tokens.ts';

interface Parts {
  readonly database: Database;
  readonly conversations: Conversations;
  readonly calls: Calls;
  readonly tokens: Tokens;
  readonly ingressUrl: string;
  readonly edgeUrls: readonly string[];
}

const page = readFileSync(new URL('../page/index.html', import.meta.url), 'utf8');
const visitor = { id: 'visitor-1', name: 'Ada' };
const operator = { id: 'operator-1', name: 'Grace' };

type OfConversation = { readonly Params: { readonly id: string } };

export const pageRoutes =
  (parts: Parts): FastifyPluginCallback =>
  (app, _options, done) => {
    const { database, conversations, calls, tokens, ingressUrl, edgeUrls } = parts;
    const html = page
      .replaceAll('{{INGRESS}}', ingressUrl)
      .replaceAll('{{EDGES}}', edgeUrls.join(','));

    app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(html));

    app.get<OfConversation>('/conversations/:id/token', ({ params }, reply) =>
      reply.type('text/plain').send(tokens.visitor({ ...visitor, chatId: params.id })),
    );

    app.get('/desk', (_request, reply) => {
      // Behind the `#`, which browsers send to nobody.
      const given = { operator: tokens.operator(operator), operator_edge: edgeUrls.join(',') };
      const fragment = new URLSearchParams({ ...given, view: 'desk' }).toString();
      return reply.redirect(`${ingressUrl}/console/#${fragment}`);
    });

    app.get<OfConversation>('/conversations/:id', ({ params }) =>
      conversations.describe(params.id),
    );

    for (const status of ['open', 'closed'] as const) {
      app.post<OfConversation>(`/conversations/:id/${status}`, ({ params: { id } }) => {
        inTransaction(database, () => {
          conversations.setStatus(id, status);
          calls.updateChat({ id, status });
        });
        void calls.make();
        return { id, status };
      });
    }
    done();
  };
