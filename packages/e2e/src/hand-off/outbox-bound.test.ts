/** A backend that is away: the outbox grows to its bound, then messages are refused, and none is dropped. */
import { startCluster, startScriptedBackend } from '@switchboard/testkit';
import { afterAll, expect, test, vi } from 'vitest';
import { raiseStageOn } from '../stage.ts';

const backend = await startScriptedBackend();
afterAll(() => backend.stop());
const { EVENTS_HOOK_URL, HOOK_SECRETS } = backend.env;
const stage = raiseStageOn(() =>
  startCluster({
    edges: 1,
    env: {
      EVENTS_HOOK_URL,
      HOOK_SECRETS,
      EVENTS_HOOK_KINDS: 'messages,posted_messages',
      OUTBOX_MAX_EVENTS: '100',
      PARTITIONS: '1',
      MESSAGES_MAX_PER_SECOND: '0',
      OVERLOAD_LAG_MS: '0',
    },
  }),
);

const patience = { timeout: 40_000, interval: 50 };
const textsTold = (): string[] =>
  [...backend.events.values()].map(({ frame }) => frame.data.message.text);

test('refuses messages above its bound, tells of all that it took, and goes on', async () => {
  const chatId = stage.name('chat');
  const visitor = await stage.cast.visitor(chatId);
  const say = async (text: string) => {
    visitor.sendFrame('sendMessage', { text, client_message_id: text }, text);
    return visitor.next(({ request_id }) => request_id === text);
  };
  await backend.die();
  const taken: string[] = [];
  let answer = await say('message 0');
  while (answer.event === 'messageAdded' && taken.length < 200) {
    taken.push(`message ${taken.length}`);
    answer = await say(`message ${taken.length}`);
  }
  expect(answer.data).toMatchObject({ code: 'backend_unavailable', retryable: true });
  expect(answer.data.retry_after_ms).toBeGreaterThan(0);
  expect(taken).toHaveLength(100);
  const body = { id: 'p1', chat_id: chatId, type: 'standard', text: 'posted' };
  const posted = await stage.backend.call('POST', '/message', { body });
  expect(posted).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect(Number(posted.headers.get('retry-after'))).toBeGreaterThan(0);

  await backend.revive();
  await vi.waitFor(() => expect(textsTold()).toEqual(taken), patience);
  await vi.waitFor(async () => {
    const again = await say('message 100');
    expect(again.event).toBe('messageAdded');
  }, patience);
  await stage.backend.say(chatId, body);
  await vi.waitFor(
    () => expect(textsTold()).toEqual([...taken, 'message 100', 'posted']),
    patience,
  );
  expect(backend.problems).toEqual([]);
});
