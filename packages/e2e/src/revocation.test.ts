/** A revoked token: its sockets are closed on all edges, and it opens none on any, whoever was away. */
import { mintToken, openChat } from '@switchboard/testkit';
import { describe, expect, test } from 'vitest';
import { raiseStage } from './stage.ts';

const stage = raiseStage();
const { backend, cast } = stage;

const revoke = (userId: string): Promise<{ disconnected: number }> =>
  backend.post('/sessions/disconnect', { user_id: userId, revoke: true });

const rounds = 5;
const soonMs = 1_000;

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
};

const expectDenied = async (edge: number, token: string, chatId: string): Promise<void> => {
  const { url } = stage.cluster.edges[edge]!;
  const denied = await openChat({ url, token, chatId });
  expect((await denied.closed).code).toBe(4500);
  expect(denied.all('connected')).toEqual([]);
};

describe('a revoked token', () => {
  test('loses all its sockets on all edges within a second, and others keep theirs', async () => {
    const waits = { messageMs: [] as number[], closeMs: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      const chatId = stage.name('chat');
      const first = await cast.visitor(chatId, { edge: 0 });
      const same = { id: first.id, token: first.token };
      const tabs = [first];
      for (const edge of [0, 1, 1]) tabs.push(await cast.visitor(chatId, { edge, ...same }));
      const guest = await cast.visitor(chatId, { edge: 1 });
      const message = timed(async () => {
        const { event_id } = await backend.say(chatId);
        for (const tab of tabs) await tab.next((frame) => frame.event_id === event_id);
      });
      waits.messageMs.push(await message);
      const close = timed(async () => {
        expect(await revoke(first.id)).toEqual({ disconnected: 4 });
        for (const tab of tabs) expect((await tab.closed).code).toBe(4501);
      });
      waits.closeMs.push(await close);
      for (const edge of [0, 1]) await expectDenied(edge, first.token, chatId);
      guest.sendFrame('ping', {}, 'alive');
      await guest.next('pong');
    }
    // A message takes the same way: what it needs more on a busy machine, a revocation may need, too.
    expect(median(waits.closeMs)).toBeLessThan(soonMs + median(waits.messageMs));
  });

  test('opens no socket on an edge that was away when it was revoked, and keeps none there', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId, { edge: 0 });
    const { id, token } = visitor;
    const away = await cast.visitor(chatId, { edge: 1, id, token });
    const another = await cast.visitor(chatId, { edge: 1, id, claims: { jti: 'another' } });
    const edge = stage.cluster.edges[1]!;
    edge.kill('SIGSTOP');
    try {
      await revoke(id);
      expect((await visitor.closed).code).toBe(4501);
      await expectDenied(0, token, chatId);
    } finally {
      edge.kill('SIGCONT');
    }
    await expectDenied(1, token, chatId);
    for (const tab of [away, another]) expect((await tab.closed).code).toBe(4501);
    for (const which of [0, 1]) await expectDenied(which, another.token, chatId);
  });

  test('that nobody held when its user was revoked does not come in if it is older, and a new one does', async () => {
    const chatId = stage.name('chat');
    const id = stage.name('visitor');
    const tokenOf = (iat: number) =>
      mintToken(stage.cluster.authSecret, { sub: id, role: 'client', chat_id: chatId, iat });
    const nowS = Math.floor(Date.now() / 1_000);
    expect(await revoke(id)).toEqual({ disconnected: 0 });
    for (const edge of [0, 1]) await expectDenied(edge, await tokenOf(nowS - 60), chatId);
    const back = await cast.visitor(chatId, { id, token: await tokenOf(nowS) });
    back.sendFrame('refreshToken', { token: await tokenOf(nowS - 60) }, 'r');
    const { data } = await back.next(({ request_id }) => request_id === 'r');
    expect(data.code).toBe('token_invalid');
  });

  test('does not come in by refreshToken either', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId, { edge: 0 });
    await revoke(visitor.id);
    const { id, token } = visitor;
    const back = await cast.visitor(chatId, { edge: 1, id, claims: { jti: 'fresh' } });
    back.sendFrame('refreshToken', { token }, 'r');
    const { event, data } = await back.next(({ request_id }) => request_id === 'r');
    expect({ event, code: data.code }).toEqual({ event: 'error', code: 'token_invalid' });
  });
});
