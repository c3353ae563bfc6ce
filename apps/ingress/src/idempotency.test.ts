import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createIdempotency, type Scope } from './idempotency.ts';
import { startIngress, uniqueId, type IngressUnderTest } from './test/ingress-under-test.ts';

describe('createIdempotency', () => {
  const scope = (more: Partial<Scope['call']> = {}, path = '/global'): Scope => ({
    call: { tokenName: 'a', bodyText: '{}', idempotencyKey: 'k', ...more },
    path,
  });

  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    return { work: () => promise, release: resolve };
  };

  test('refuses the same key while it runs, and takes it afterwards', async () => {
    const idempotency = createIdempotency();
    const first = hold();
    const running = idempotency.run(scope(), first.work);
    await expect(idempotency.run(scope({ bodyText: '[]' }), first.work)).rejects.toMatchObject({
      code: 'idempotency_key_in_use',
      headers: { 'retry-after': '1' },
    });
    first.release();
    await running;
    await expect(idempotency.run(scope(), async () => 'again')).resolves.toBe('again');
  });

  test('takes the key again after a failure', async () => {
    const idempotency = createIdempotency();
    const failing = idempotency.run(scope(), () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    await expect(idempotency.run(scope(), async () => 'again')).resolves.toBe('again');
  });

  test.each([
    ['token', scope({ tokenName: 'b' })],
    ['path', scope({}, '/update/operators')],
    ['chat', { ...scope(), chatId: 'c' }],
    ['key', scope({ idempotencyKey: 'l' })],
  ])('tells calls apart by their %s', async (_name, other) => {
    const idempotency = createIdempotency();
    const first = hold();
    const running = idempotency.run(scope(), first.work);
    await expect(idempotency.run(other, async () => 'taken')).resolves.toBe('taken');
    first.release();
    await running;
  });

  test('gives each event of a call a key of its own, and all of them the digest of the body', async () => {
    const keys = await createIdempotency().run(scope(), async (once) => [once(), once(0), once(1)]);
    expect(keys.map(({ once }) => once?.kind === 'idempotencyKey' && once.key)).toEqual([
      'k',
      'k#0',
      'k#1',
    ]);
    expect(
      new Set(keys.map(({ once }) => once?.kind === 'idempotencyKey' && once.bodyDigest)).size,
    ).toBe(1);
  });

  test('gives no key to a call without one', async () => {
    const call = { tokenName: 'a', bodyText: '{}' };
    expect(await createIdempotency().run({ call, path: '/x' }, async (once) => once())).toEqual({});
  });
});

describe('the Idempotency-Key header', () => {
  let ingress: IngressUnderTest;

  beforeAll(async () => {
    ingress = await startIngress({ API_TOKENS: 'a:token-of-a,b:token-of-b' });
  });

  afterAll(() => ingress.stop());

  const key = (name = uniqueId('key'), token = 'token-of-a') => ({
    'idempotency-key': name,
    'api-token': token,
  });
  const update = (id: string) => ({ id, chat_id: id, type: 'standard', text: 'x' });

  test.each([
    ['POST', '/update/chat', (id: string) => ({ id })],
    ['POST', '/global', (id: string) => ({ id })],
    ['POST', '/notifications/chat', (id: string) => ({ id, operator_user: { id: 1 } })],
    ['POST', '/update/operators', (id: string) => [{ id }, { id: `${id}-2` }]],
  ])('gives %s %s its first answer again', async (method, path, body) => {
    const id = uniqueId('chat');
    const headers = key();
    const first = await ingress.call(method, path, { body: body(id), headers });
    const again = await ingress.call(method, path, { body: body(id), headers });
    expect(first.status).toBe(200);
    expect(again.body).toEqual(first.body);
  });

  test.each(['POST', 'PUT', 'PATCH'])(
    'marks the repeat of %s /message as a duplicate',
    async (method) => {
      const body = update(uniqueId('chat'));
      const headers = key();
      const first = await ingress.call(method, '/message', { body, headers });
      const again = await ingress.call(method, '/message', { body, headers });
      expect(first.body.duplicate).toBe(false);
      expect(again.body).toEqual({ ...first.body, duplicate: true });
      expect(await ingress.room(body.chat_id)).toHaveLength(1);
    },
  );

  test('is refused with another body, and nothing is emitted', async () => {
    const body = update(uniqueId('chat'));
    const headers = key();
    await ingress.call('POST', '/message', { body, headers });
    const other = await ingress.call('POST', '/message', {
      body: { ...body, id: 'other' },
      headers,
    });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await ingress.room(body.chat_id)).toHaveLength(1);
  });

  test('is refused with other operators before any of them is told', async () => {
    const headers = key();
    const feed = await ingress.watchFeed();
    await ingress.call('POST', '/update/operators', { body: [{ id: 1 }], headers });
    const other = await ingress.call('POST', '/update/operators', {
      body: [{ id: 2 }, { id: 3 }],
      headers,
    });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    await ingress.post('/global', { marker: true }, key());
    expect((await feed.events(2)).map(({ event }) => event)).toEqual([
      'operatorUpdated',
      'globalUpdated',
    ]);
    feed.close();
  });

  test("is each service's own", async () => {
    const name = uniqueId('key');
    const first = await ingress.post('/global', { a: 1 }, key(name, 'token-of-a'));
    const second = await ingress.post('/global', { b: 2 }, key(name, 'token-of-b'));
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body.event_id).not.toBe(first.body.event_id);
  });

  test('holds per chat', async () => {
    const headers = key();
    const bodies = [update(uniqueId('chat')), update(uniqueId('chat'))];
    const answers = await Promise.all(
      bodies.map((body) => ingress.call('POST', '/message', { body, headers })),
    );
    expect(answers.map(({ status, body }) => [status, body.duplicate])).toEqual([
      [200, false],
      [200, false],
    ]);
  });

  test('lets one of many calls at once through; the others are 409 or get its answer', async () => {
    const body = update(uniqueId('chat'));
    const headers = key();
    const calls = Array.from({ length: 30 }, () =>
      ingress.call('POST', '/message', { body, headers }),
    );
    const answers = await Promise.all(calls);
    const refused = answers.filter(({ status }) => status === 409);
    const accepted = answers.filter(({ status }) => status === 200);
    expect(refused.length + accepted.length).toBe(30);
    expect(accepted.filter(({ body: { duplicate } }) => !duplicate)).toHaveLength(1);
    for (const answer of refused) {
      expect(answer.body.code).toBe('idempotency_key_in_use');
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    expect(await ingress.room(body.chat_id)).toHaveLength(1);
  });

  test('has 1 to 255 characters', async () => {
    const statuses = ['', 'x'.repeat(255), 'x'.repeat(256)].map(async (name) => {
      const answer = await ingress.post('/global', {}, key(name));
      return [answer.status, answer.body.errors?.[0].field];
    });
    expect(await Promise.all(statuses)).toEqual([
      [422, 'Idempotency-Key'],
      [200, undefined],
      [422, 'Idempotency-Key'],
    ]);
  });
});
