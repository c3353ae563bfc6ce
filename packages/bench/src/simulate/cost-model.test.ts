import { describe, expect, test } from 'vitest';
import { errorOf, fitCostModel, predictMessage, wakesOf } from './cost-model.ts';
import type { MessagePoint } from './measured.ts';
import { readMeasured } from './refit.ts';

const point = (changes: Partial<MessagePoint>): MessagePoint => {
  const rate = changes.messagesPerS ?? 500;
  const shape = { sent: 0, copies: 2, writes: 2, deliveries: 2, ...changes };
  return {
    source: 'made',
    ...shape,
    messagesPerS: rate,
    ingressUs: shape.sent === 1 ? 0 : 200 + 100 * wakesOf(rate),
    redisUs: 100 + 40 * wakesOf(rate) + 10 * shape.copies,
    edgesUs:
      80 * shape.sent +
      (20 + 30 * wakesOf(rate)) * shape.copies +
      5 * shape.writes +
      0.5 * shape.deliveries,
  };
};

describe('the cost model', () => {
  test('finds the costs that made its points', () => {
    const model = fitCostModel({
      messages: [
        point({}),
        point({ copies: 1, writes: 1, deliveries: 1 }),
        point({ copies: 4, writes: 4, deliveries: 4 }),
        point({ writes: 500, deliveries: 1000 }),
        point({ messagesPerS: 5000, writes: 50, deliveries: 1000 }),
        point({ messagesPerS: 2000, copies: 0, writes: 0, deliveries: 0 }),
        point({ sent: 1, copies: 4, writes: 20, deliveries: 22 }),
        point({ sent: 1, copies: 4, writes: 5, deliveries: 22 }),
        point({ messagesPerS: 4000, sent: 1, copies: 4, writes: 5, deliveries: 22 }),
      ],
      sockets: [],
    });
    expect(model.ingressUs).toBeCloseTo(200, 0);
    expect(model.ingressWakeUs).toBeCloseTo(100, 0);
    expect(model.redisAppendUs).toBeCloseTo(100, 0);
    expect(model.redisWakeUs).toBeCloseTo(40, 0);
    expect(model.redisCopyUs).toBeCloseTo(10, 1);
    expect(model.edgeTakeUs).toBeCloseTo(80, 0);
    expect(model.edgeCopyUs).toBeCloseTo(20, 0);
    expect(model.edgeWakeUs).toBeCloseTo(30, 0);
    expect(model.edgeWriteUs).toBeCloseTo(5, 1);
    expect(model.edgeDeliveryUs).toBeCloseTo(0.5, 1);
    const shape = { messagesPerS: 100, sent: 0, copies: 3, writes: 10, deliveries: 10 };
    expect(predictMessage(model, shape).edgesUs).toBeCloseTo(3 * 50 + 50 + 5, 0);
  });

  test('says of every measured point what it cost, to within two fifths', async () => {
    const measured = await readMeasured();
    const model = fitCostModel(measured);
    const off = measured.messages
      .map((one) => ({ source: one.source, error: errorOf(model, one) }))
      .filter(({ error }) => Math.abs(error) > 0.4);
    expect(off).toEqual([]);
  });

  test('says what a point cost that it was not fitted to, to within a half', async () => {
    const measured = await readMeasured();
    const off = measured.messages
      .map((left) => {
        const messages = measured.messages.filter((one) => one !== left);
        return {
          source: left.source,
          error: errorOf(fitCostModel({ ...measured, messages }), left),
        };
      })
      .filter(({ error }) => Math.abs(error) > 0.5);
    expect(off).toEqual([]);
  });
});
