/** The way of a visitor: an upgrade through the balancer, and whether it lets a quiet socket live. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Finding, finding } from '@switchboard/bus';
import { mint } from '../commands/token.ts';
import { Failure } from '../failure.ts';
import type { Settings } from '../settings.ts';
import { type OpenSocket, openSocket } from '../socket/open-socket.ts';

const tokenLifeS = 300;
const chatId = 'switchboard-doctor';

/** @param idleMs how long it stays quiet at most; it is content with the first ping of the edge */
export async function checkSocket(settings: Settings, idleMs: number): Promise<Finding[]> {
  if (!settings.authSecret) {
    return [finding('upgrade', ['skip', 'AUTH_SECRET is not set', 'Set it to open a socket too.'])];
  }
  const claims = {
    role: 'operator' as const,
    sub: chatId,
    chats: [chatId],
    ttl: tokenLifeS,
    claim: {},
  };
  const { token } = await mint(settings.authSecret, claims);
  const stop = new AbortController();
  const url = `${settings.socketUrl}/chat?chat_id=${chatId}&observe=1`;
  try {
    const socket = await openSocket(url, token, stop.signal);
    return [await judgeUpgrade(socket, settings), await judgeIdle(socket, idleMs)];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [
      finding('upgrade', [
        'fail',
        error.message,
        error.hint ?? 'See what the edge and the balancer log.',
      ]),
    ];
  } finally {
    stop.abort();
  }
}

async function judgeUpgrade(socket: OpenSocket, { socketUrl }: Settings): Promise<Finding> {
  const startedMs = performance.now();
  const first = await Promise.race([firstOf(socket), delay(10_000, undefined, { ref: false })]);
  const tookMs = Math.round(performance.now() - startedMs);
  if (first?.includes('"connected"'))
    return finding('upgrade', ['ok', `connected in ${tookMs} ms`]);
  return finding('upgrade', [
    'fail',
    `${socketUrl} upgrades, and says nothing`,
    'Is that an edge? See what it logs.',
  ]);
}

async function firstOf({ messages }: OpenSocket): Promise<string | undefined> {
  for await (const message of messages) return message;
  return undefined;
}

async function judgeIdle(socket: OpenSocket, idleMs: number): Promise<Finding> {
  const startedMs = performance.now();
  const pinged = new Promise<'pinged'>((resolve) => socket.onPing(() => resolve('pinged')));
  const seen = await Promise.race([
    pinged,
    socket.closed,
    delay(idleMs, undefined, { ref: false }),
  ]);
  const afterS = ((performance.now() - startedMs) / 1000).toFixed(1);
  if (seen === 'pinged')
    return finding('idle-timeout', ['ok', `quiet for ${afterS} s, until the edge's ping`]);
  if (seen === undefined)
    return finding('idle-timeout', [
      'skip',
      `no ping within ${afterS} s`,
      'Wait longer: --idle 60s.',
    ]);
  return finding('idle-timeout', [
    'fail',
    `cut with ${seen.code} after ${afterS} s of quiet`,
    'Raise the idle timeout of the balancer above that of the edges (SOCKET_IDLE_TIMEOUT_MS).',
  ]);
}
