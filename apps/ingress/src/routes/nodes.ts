/** `GET /nodes`: the edges and how they are. `POST /nodes/{id}/drain`: empties one. */
import type { Control, NodeInfo, Nodes, NodeTotals } from '@switchboard/bus';
import { drainAnswer, nodesAnswer, type NodesAnswer } from '@switchboard/protocol';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { problem } from '../problem.ts';
import { documentedRoute } from '../route-schema.ts';

export interface NodesOptions {
  readonly nodes: Pick<Nodes, 'list'>;
  readonly control: Pick<Control, 'send'>;
}

export function addNodes(app: FastifyInstance, { nodes, control }: NodesOptions): void {
  app.get('/nodes', {
    schema: documentedRoute({
      operationId: 'getNodes',
      summary: 'The edges of the cluster',
      tag: 'Cluster',
      answer: nodesAnswer,
    }),
    handler: async () => (await nodes.list()).map(describe),
  });

  app.post<{ Params: { id: string } }>('/nodes/:id/drain', {
    schema: documentedRoute({
      operationId: 'drainNode',
      summary: 'Let an edge move its connections to others',
      description: 'It stops taking connections and closes those it has in waves (4001).',
      tag: 'Cluster',
      answer: drainAnswer,
      params: z.object({ id: z.string().min(1).max(128) }),
    }),
    handler: async ({ params }) => {
      const known = await nodes.list();
      if (!known.some(({ nodeId, alive }) => alive && nodeId === params.id)) {
        throw problem('not_found', { detail: 'No living node has this id.' });
      }
      await control.send({ kind: 'drain', nodeId: params.id });
      return { draining: true };
    },
  });
}

function describe(node: NodeInfo): NodesAnswer[number] {
  return {
    id: node.nodeId,
    alive: node.alive,
    state: node.state,
    address: node.address,
    version: node.version,
    sockets: node.sockets,
    rooms: node.rooms,
    loop_lag_ms: node.loopLagMs,
    follow_lag_ms: node.followLagMs,
    forwarded_ignored: node.forwardedIgnored,
    forwarded_missing: node.forwardedMissing,
    ...(node.totals !== undefined && { totals: describeTotals(node.totals) }),
    lease_ends_in_ms: node.leaseEndsInMs,
  };
}

function describeTotals(totals: NodeTotals): NonNullable<NodesAnswer[number]['totals']> {
  return {
    messages_received: totals.messagesReceived,
    messages_sent: totals.messagesSent,
    events_sent: totals.eventsSent,
    closed: totals.closed,
  };
}
