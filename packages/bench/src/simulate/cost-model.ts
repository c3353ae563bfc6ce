/**
 * What things cost, fitted to what was measured: a message at ingress, in Redis and at the edges, and a socket.
 * It is linear but for one thing: a process that is idle between two messages pays for waking up. What was measured
 * on two shared cores is dearer than on a machine that has more of them, and never cheaper.
 */
import { median } from '../measure/median.ts';
import { solveNonNegative } from './least-squares.ts';
import type { Measured, MessagePoint, SocketPoint } from './measured.ts';

/** CPU in microseconds of one core. */
export interface CostModel {
  ingressUs: number;
  /** What comes on top when ingress has to wake up for each message. */
  ingressWakeUs: number;
  redisAppendUs: number;
  redisWakeUs: number;
  /** For each edge that Redis sends a message to. */
  redisCopyUs: number;
  /** Taking a message over a socket. */
  edgeTakeUs: number;
  /** Reading a copy that came from Redis. */
  edgeCopyUs: number;
  edgeWakeUs: number;
  edgeWriteUs: number;
  edgeDeliveryUs: number;
  chat: SocketCost;
  broadcast: SocketCost;
}

export type SocketCost = Omit<SocketPoint, 'source' | 'kind'>;

export type MessageShape = Pick<
  MessagePoint,
  'messagesPerS' | 'sent' | 'copies' | 'writes' | 'deliveries'
>;

/** Up to so many messages in a second a process wakes up for each; more come together. */
const wakesPerS = 500;

/** How often a process wakes up for a message, when it gets so many. */
export const wakesOf = (perS: number): number => Math.min(1, wakesPerS / perS);

export const fitCostModel = ({ messages, sockets }: Measured): CostModel => {
  const posted = messages.filter(({ sent }) => sent === 0);
  const [ingressUs = 0, ingressWakeUs = 0] = solveNonNegative(
    posted.map((point) => ({
      parts: [1, wakesOf(point.messagesPerS)],
      value: point.ingressUs,
    })),
  );
  const redisCopyUs = fitCopy(messages);
  const [redisAppendUs = 0, redisWakeUs = 0] = solveNonNegative(
    messages.map(({ messagesPerS, copies, redisUs }) => ({
      parts: [1, wakesOf(messagesPerS)],
      value: redisUs - copies * redisCopyUs,
    })),
  );
  const [edgeTakeUs = 0, edgeCopyUs = 0, edgeWakeUs = 0, edgeWriteUs = 0, edgeDeliveryUs = 0] =
    solveNonNegative(
      messages
        .filter(({ copies }) => copies > 0)
        .map(({ messagesPerS, sent, copies, writes, deliveries, edgesUs }) => ({
          parts: [sent, copies, copies * wakesOf(messagesPerS), writes, deliveries],
          value: edgesUs,
        })),
    );
  return {
    ingressUs,
    ingressWakeUs,
    redisAppendUs,
    redisWakeUs,
    redisCopyUs,
    edgeTakeUs,
    edgeCopyUs,
    edgeWakeUs,
    edgeWriteUs,
    edgeDeliveryUs,
    chat: medianSocket(ofKind(sockets, 'chat')),
    broadcast: medianSocket(ofKind(sockets, 'broadcast')),
  };
};

/**
 * A copy is cheap beside what a message costs Redis otherwise: it is seen only between points that differ in
 * little else, which are those of the cost curve (each copy is one write of one delivery).
 */
const fitCopy = (messages: readonly MessagePoint[]): number => {
  const curve = messages.filter(
    ({ sent, copies, writes, deliveries }) =>
      sent === 0 && copies > 0 && writes === copies && deliveries === copies,
  );
  const [, copyUs = 0] = solveNonNegative(
    curve.map(({ copies, redisUs }) => ({ parts: [1, copies], value: redisUs })),
  );
  return copyUs;
};

/** Where one kind was not measured, the other one stands for it. */
const ofKind = (points: readonly SocketPoint[], kind: SocketPoint['kind']) => {
  const own = points.filter((point) => point.kind === kind);
  return own.length > 0 ? own : points;
};

const medianSocket = (points: readonly SocketPoint[]): SocketCost => {
  const of = (name: keyof SocketCost) => median(points.map((point) => point[name]));
  return {
    residentBytes: of('residentBytes'),
    kernelBytes: of('kernelBytes'),
    redisBytes: of('redisBytes'),
    connectUs: of('connectUs'),
    idleUsPerS: of('idleUsPerS'),
  };
};

/** CPU of one message, in microseconds, by role. */
export interface MessageCost {
  ingressUs: number;
  redisUs: number;
  edgesUs: number;
}

export const predictMessage = (model: CostModel, shape: MessageShape): MessageCost => ({
  ingressUs:
    (1 - shape.sent) * (model.ingressUs + wakesOf(shape.messagesPerS) * model.ingressWakeUs),
  redisUs:
    model.redisAppendUs +
    wakesOf(shape.messagesPerS) * model.redisWakeUs +
    shape.copies * model.redisCopyUs,
  edgesUs:
    shape.sent * model.edgeTakeUs +
    shape.copies * (model.edgeCopyUs + wakesOf(shape.messagesPerS) * model.edgeWakeUs) +
    shape.writes * model.edgeWriteUs +
    shape.deliveries * model.edgeDeliveryUs,
});

/** How far a prediction is off, e.g. 0.1: it says a tenth more than was measured. */
export const errorOf = (model: CostModel, point: MessagePoint): number => {
  const { ingressUs, redisUs, edgesUs } = predictMessage(model, point);
  const measured = point.ingressUs + point.redisUs + (point.copies > 0 ? point.edgesUs : 0);
  return (ingressUs + redisUs + edgesUs) / measured - 1;
};
