/** Edges that are late say so, and ingress takes no more than they carry: with a bus that plays the edge. */
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  edgeStats,
  startIngress,
  uniqueId,
  type IngressUnderTest,
} from './test/ingress-under-test.ts';

let ingress: IngressUnderTest;
let telling: ReturnType<typeof setInterval> | undefined;
beforeAll(async () => {
  ingress = await startIngress({ OVERLOAD_LAG_MS: '100' });
  await ingress.bus.nodes.enter(uniqueId('node'), () => edgeStats);
});
afterAll(async () => {
  clearInterval(telling);
  await ingress.stop();
});

const beLate = (followLagMs: number) => {
  clearInterval(telling);
  telling = setInterval(
    () => void ingress.bus.nodes.tellLag({ loopLagMs: 0, followLagMs }).catch(() => undefined),
    100,
  );
};

const hundred = Array.from({ length: 100 }, () => ({ path: '/global', body: {} }));

/** Posts so many at a time until one of them is answered like this. */
const until = async (status: number, at = 200) => {
  for (const endMs = performance.now() + 15_000; performance.now() < endMs;) {
    const posts = Array.from({ length: at }, () => ingress.post('/global', { some: 'thing' }));
    const found = (await Promise.all(posts)).find((answer) => answer.status === status);
    if (found !== undefined) return found;
  }
  throw new Error(`nothing was answered ${status}`);
};

const metric = async (name: string) => {
  const metrics = await (await fetch(`${ingress.process.privateUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (-?\\d+)`, 'mu').exec(metrics)?.[1]);
};

/** An edge so late as no limit can mend: a hundred events a second are left, and as many at once. */
const atTheFloor = async () => {
  beLate(5_000);
  await until(429);
  const keepPosting = () =>
    Promise.all(Array.from({ length: 50 }, () => ingress.post('/global', {})));
  await expect
    .poll(
      async () => {
        await keepPosting();
        return metric('switchboard_ingress_accepted_max_per_second');
      },
      { timeout: 15_000, interval: 100 },
    )
    .toBe(100);
  // What calls had reserved, and batches owe, is over.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
};

describe('while an edge is late', () => {
  test('what would be late too is answered 429 with Retry-After, and it ends with the lateness', async () => {
    expect((await ingress.post('/global', {})).status).toBe(200);
    await atTheFloor();
    const refused = await until(429);
    expect(refused.body).toMatchObject({ code: 'rate_limited', detail: 'Events would be late.' });
    expect(['1', '2']).toContain(refused.headers.get('retry-after'));
    const other = await ingress.post('/global', '[');
    for (const name of ['content-type', 'content-security-policy', 'x-content-type-options'])
      expect(refused.headers.get(name)).toBe(other.headers.get(name));
    // The first one owes for its hundred, and the next would have to wait a second for it.
    const batches: number[] = [];
    for (let batch = 0; batch < 5; batch += 1)
      batches.push((await ingress.post('/batch', hundred)).status);
    expect(batches).toContain(429);
    // Who looks, and who sends somebody away, is not held back.
    expect((await ingress.call('GET', '/online-users')).status).toBe(200);
    expect((await ingress.post('/sessions/disconnect', { user_id: 1 })).status).toBe(200);
    clearInterval(telling);
    await expect
      .poll(
        async () => {
          const posts = Array.from({ length: 20 }, () => ingress.post('/global', {}));
          return (await Promise.all(posts)).filter(({ status }) => status !== 200).length;
        },
        { timeout: 20_000, interval: 500 },
      )
      .toBe(0);
  });

  test('who waits for answers is paced and not sent away', async () => {
    await atTheFloor();
    const posts = async () => {
      const statuses: number[] = [];
      for (let post = 0; post < 40; post += 1)
        statuses.push((await ingress.post('/global', {})).status);
      return statuses;
    };
    const startMs = performance.now();
    const answered = await Promise.all(Array.from({ length: 8 }, posts));
    expect(answered.flat().filter((status) => status !== 200)).toEqual([]);
    // A hundred at once and a hundred a second: the floor under what edges may cut.
    expect(performance.now() - startMs).toBeGreaterThan(1_500);
    expect(await metric('switchboard_ingress_paced_total')).toBeGreaterThan(100);
  });

  test('a refusal comes after the token and before the body, which is taken in all the same', async () => {
    beLate(5_000);
    await until(429);
    const odd = () => Promise.all(Array.from({ length: 200 }, () => ingress.post('/global', '{')));
    expect((await odd()).map(({ status }) => status)).toContain(429);
    const noToken = await ingress.post('/global', '{', { 'api-token': 'wrong' });
    expect(noToken.status).toBe(401);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = Buffer.alloc(4 * 1024 * 1024, ' ');
    // Refused for its length when it is let in.
    const tooLong = async () => {
      void ingress.post('/batch', hundred);
      return send(agent, body);
    };
    let answer = await tooLong();
    for (const endMs = performance.now() + 15_000; performance.now() < endMs;) {
      if (answer.status === 429) break;
      answer = await tooLong();
    }
    expect(answer.status).toBe(429);
    // A connection that broke over the answer would be replaced by another one.
    expect((await send(agent, Buffer.from('{}'))).port).toBe(answer.port);
    agent.destroy();
  });

  const send = (agent: Agent, body: Buffer) =>
    new Promise<{ status: number; port: number | undefined }>((resolve, reject) => {
      const headers = { 'api-token': ingress.apiToken, 'content-type': 'application/json' };
      const url = `${ingress.url}/global`;
      const call = request(url, { method: 'POST', agent, headers }, (answer) => {
        const port = answer.socket.localPort;
        answer.resume().once('end', () => resolve({ status: answer.statusCode ?? 0, port }));
      });
      call.once('error', reject).end(body);
    });
});
