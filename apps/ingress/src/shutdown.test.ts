import { describe, expect, test } from 'vitest';
import { edgeStats, startIngress, uniqueId } from './test/ingress-under-test.ts';

describe('SIGTERM', () => {
  test('finishes what was accepted, then ends with 0', async () => {
    const ingress = await startIngress({ DISCONNECT_TIMEOUT_MS: '1500' });
    const lease = await ingress.bus.nodes.enter(uniqueId('node'), () => edgeStats);
    const slow = ingress.post('/sessions/disconnect', { user_id: 1 });
    const chatId = uniqueId('chat');
    const messages = Array.from({ length: 50 }, (_, id) =>
      ingress.post('/message', { id, chat_id: chatId, type: 'standard', text: 'x' }).then(
        ({ status }) => status,
        () => 'cut off',
      ),
    );
    await expect
      .poll(async () => (await ingress.room(chatId)).length, { timeout: 10_000 })
      .toBeGreaterThan(0);
    ingress.process.kill('SIGTERM');
    expect(await slow).toMatchObject({ status: 200, body: { disconnected: 0 } });
    const accepted = (await Promise.all(messages)).filter((status) => status === 200);
    expect(accepted).toHaveLength((await ingress.room(chatId)).length);
    expect(await ingress.process.exited).toEqual({ code: 0, signal: null });
    await lease.release(0);
    await ingress.stop();
  });

  test('says first that it is not ready, and serves while balancers notice', async () => {
    const ingress = await startIngress({ DRAIN_DELAY_MS: '1500' });
    ingress.process.kill('SIGTERM');
    await expect
      .poll(async () => (await ingress.call('GET', '/health/ready')).body, { timeout: 10_000 })
      .toMatchObject({
        ready: false,
        reasons: ['stopping'],
      });
    expect((await ingress.post('/global', {})).status).toBe(200);
    expect(await ingress.process.exited).toEqual({ code: 0, signal: null });
    await ingress.stop();
  });

  test('is bounded: what takes longer is cut off', async () => {
    const ingress = await startIngress({
      DISCONNECT_TIMEOUT_MS: '20000',
      SHUTDOWN_TIMEOUT_MS: '500',
    });
    const lease = await ingress.bus.nodes.enter(uniqueId('node'), () => edgeStats);
    const slow = ingress.post('/sessions/disconnect', { user_id: 1 }).then(
      ({ status }) => status,
      () => 'cut off',
    );
    await expect
      .poll(async () => (await ingress.call('GET', '/health/live')).status, { timeout: 10_000 })
      .toBe(200);
    const startedAt = performance.now();
    ingress.process.kill('SIGTERM');
    expect(await ingress.process.exited).toMatchObject({ code: 1 });
    expect(performance.now() - startedAt).toBeLessThan(3000);
    // Whether the refusal still gets out before the end is up to the machine; a 200 must not.
    expect(['cut off', 503]).toContain(await slow);
    await lease.release(0);
    await ingress.stop();
  });
});

test('/metrics on the private port counts requests, appends and refusals, and no token is in it', async () => {
  const ingress = await startIngress();
  const body = { id: 1, chat_id: 'metrics', type: 'standard', text: 'x' };
  await ingress.post('/message', body);
  await ingress.post('/message', body);
  await ingress.post('/message', {});
  await ingress.call('GET', '/chats/secret-name/members');
  const text = await (await fetch(`${ingress.process.privateUrl}/metrics`)).text();
  expect(text).toContain(
    'switchboard_ingress_requests_total{route="/message",method="POST",status="200"} 2',
  );
  expect(text).toContain(
    'switchboard_ingress_requests_total{route="/message",method="POST",status="422"} 1',
  );
  expect(text).toContain('switchboard_ingress_appends_total{outcome="appended"} 1');
  expect(text).toContain('switchboard_ingress_appends_total{outcome="duplicate"} 1');
  expect(text).toContain('switchboard_ingress_refusals_total{code="validation_failed"} 1');
  expect(text).toContain('switchboard_ingress_append_duration_ms_count 2');
  expect(text).not.toContain('secret-name');
  expect((await ingress.call('GET', '/metrics')).status).toBe(404);
  await ingress.stop();
});
