/**
 * The frames of one chat from its socket, in order and without a gap: after a close that allows it
 * (4000-4499, or none of ours) it connects again with the last position. It ends when it is told to
 * stop, and fails with what the edge said when there is no coming back.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { type Closed, openSocket } from './open-socket.ts';

export interface Frame {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly ts?: string;
  readonly position?: string;
  readonly [field: string]: unknown;
}

export interface ChatStreamOptions {
  /** `ws://…` with the base path. */
  readonly url: string;
  readonly chatId: string;
  /** Asked at every connect, so that it may be a fresh one. */
  readonly token: () => Promise<string>;
  readonly since: string | undefined;
  readonly history: number | undefined;
  readonly stop: AbortSignal;
  /** Told why it connects again. */
  readonly say: (line: string) => void;
}

const retryMinMs = 250;
const retryMaxMs = 10_000;

export async function* openChatStream(options: ChatStreamOptions): AsyncGenerator<Frame> {
  let since = options.since;
  let wasConnected = false;
  for (let failures = 0; !options.stop.aborted; failures += 1) {
    const query = queryOf(options, since, wasConnected);
    const opening = openSocket(
      `${options.url}/chat?${query.toString()}`,
      await options.token(),
      options.stop,
    );
    const socket = await opening.catch((error: unknown) => {
      // A first connect that fails is no fault that passes: the address or the token is wrong.
      if (!wasConnected || !isPassing(error)) throw error;
      return undefined;
    });
    if (socket) {
      try {
        for await (const text of socket.messages) {
          const frame = JSON.parse(text) as Frame;
          since = positionOf(frame) ?? since;
          [wasConnected, failures] = [true, 0];
          yield frame;
        }
      } finally {
        // Whoever reads may have read enough: an open socket keeps the process alive.
        socket.close();
      }
      const closed = await socket.closed;
      if (options.stop.aborted) return;
      if (closed.code >= 4500) throw refused(closed);
      options.say(`closed with ${closed.code} ${closed.reason}, connecting again`);
    }
    await pause(failures, options.stop);
  }
}

function queryOf(options: ChatStreamOptions, since: string | undefined, isAgain: boolean) {
  return new URLSearchParams({
    chat_id: options.chatId,
    observe: '1',
    ...(since !== undefined && { since }),
    ...(!isAgain && options.history !== undefined && { history: String(options.history) }),
  });
}

function positionOf({ event, position, data }: Frame): string | undefined {
  if (position !== undefined) return position;
  if (event !== 'connected' && event !== 'checkpoint') return undefined;
  return data['position'] as string | undefined;
}

/** Refused for now, or nothing there at the moment: edges are exchanged one after the other. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof Failure &&
    (error.exitCode === exitCodes.unavailable || error.exitCode === exitCodes.tryAgain)
  );
}

function refused({ code, reason }: Closed): Failure {
  const notAllowed = new Set([4500, 4504, 4505]);
  const exitCode = notAllowed.has(code) ? exitCodes.notAllowed : exitCodes.data;
  return new Failure(exitCode, `The edge closed the socket for good: ${code} ${reason}`);
}

async function pause(failures: number, stop: AbortSignal): Promise<void> {
  const longestMs = Math.min(retryMinMs * 2 ** failures, retryMaxMs);
  await delay(longestMs * (0.5 + Math.random() / 2), undefined, { signal: stop }).catch(
    () => undefined,
  );
}
