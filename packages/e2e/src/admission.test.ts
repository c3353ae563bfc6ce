/** More than an edge takes: refused by status, with the time after which to come back. */
import { openChat, UpgradeRefused } from '@switchboard/testkit';
import { describe, expect, test } from 'vitest';
import { raiseStage } from './stage.ts';

const socketsMax = 3;
const connectsMaxPerSecond = 5;

const stage = raiseStage({
  edges: 1,
  env: {
    SOCKETS_MAX: String(socketsMax),
    CONNECTS_MAX_PER_SECOND: String(connectsMaxPerSecond),
  },
});
const { cast } = stage;

const refusal = async (connecting: Promise<unknown>): Promise<UpgradeRefused | undefined> => {
  try {
    await connecting;
    return undefined;
  } catch (error) {
    if (error instanceof UpgradeRefused) return error;
    throw error;
  }
};

describe('a connect', () => {
  test('above the number of sockets is 503, until one of them goes', async () => {
    const chatId = stage.name('chat');
    const sitting = [];
    for (let count = 0; count < socketsMax; count += 1) sitting.push(await cast.visitor(chatId));
    const refused = await refusal(cast.visitor(chatId));
    expect(refused?.status).toBe(503);
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    await sitting[0]!.close();
    await expect
      .poll(() => refusal(cast.visitor(chatId)), { interval: 500, timeout: 10_000 })
      .toBeUndefined();
  });

  test('above the rate is 429, also when it would have been refused by close code', async () => {
    const { url } = stage.cluster.edges[0]!;
    const headers = { origin: 'https://desk.example' };
    // Far more than may come in while they are made, also on a machine that is busy.
    const connects = Array.from({ length: 100 }, () =>
      refusal(openChat({ url, token: 'rubbish', chatId: 'any', headers })),
    );
    const refused = (await Promise.all(connects)).filter((error) => error !== undefined);
    expect(refused.length).toBeGreaterThan(0);
    for (const { status, headers } of refused) {
      expect(status).toBe(429);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
  });
});
