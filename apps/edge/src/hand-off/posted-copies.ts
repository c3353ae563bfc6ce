/**
 * Messages that the backend posts itself: whoever asked it about one waits here for the event to come past the
 * follower, as for an event of its own. Frames are looked into only in rooms where somebody waits, and read only
 * when the client's id is in them.
 */
import type { BusEvent } from '@switchboard/bus';
import { parseJson, type Message } from '@switchboard/protocol';
import type { Cancel, Wheel } from '../clock/wheel.ts';
import { frameFor } from '../room/audience.ts';
import type { Awaited } from '../session/awaited-events.ts';
import type { ChatSession } from '../session/session.ts';

/** `hidden`: it is in the log, and the sender may not see it. `gone`: the sender has left, or the process ends. */
export type CopyState = 'awaited' | 'passed' | 'hidden' | 'gone';

export interface ExpectedCopy {
  readonly state: CopyState;
  /** Resolves when the state has changed, or it is too late. */
  within(timeoutMs: number): Promise<CopyState>;
  /** It is not waited for any more. */
  end(): void;
}

export interface PostedCopies {
  expect(
    session: ChatSession,
    clientMessageId: string,
    requestId: string | undefined,
  ): ExpectedCopy;
  /** Whoever waits for this event, once. */
  take(
    chatId: string,
    event: BusEvent,
  ): { readonly awaited: Awaited; readonly settle: () => void } | undefined;
  /** The session has ended. */
  forget(session: ChatSession): void;
  /** The process ends. */
  forgetAll(): void;
}

class Wait {
  state: CopyState = 'awaited';
  readonly changed = Promise.withResolvers<void>();
  readonly session: ChatSession;
  readonly clientMessageId: string;
  readonly requestId: string | undefined;
  private encoded: Buffer | undefined;

  constructor(session: ChatSession, clientMessageId: string, requestId: string | undefined) {
    this.session = session;
    this.clientMessageId = clientMessageId;
    this.requestId = requestId;
  }

  /** The id as a frame has it: what has not these bytes is not it. Most waits end before anything has come. */
  get bytes(): Buffer {
    this.encoded ??= Buffer.from(JSON.stringify(this.clientMessageId));
    return this.encoded;
  }

  change(state: CopyState): void {
    if (this.state !== 'awaited') return;
    this.state = state;
    this.changed.resolve();
  }
}

export function createPostedCopies(wheel: Wheel): PostedCopies {
  const byChat = new Map<string, Set<Wait>>();

  const remove = (wait: Wait) => {
    const { chatId } = wait.session;
    const waits = byChat.get(chatId);
    waits?.delete(wait);
    if (waits?.size === 0) byChat.delete(chatId);
  };
  return {
    expect(session, clientMessageId, requestId) {
      const wait = new Wait(session, clientMessageId, requestId);
      byChat.set(session.chatId, (byChat.get(session.chatId) ?? new Set()).add(wait));
      return {
        get state() {
          return wait.state;
        },
        within: (timeoutMs) => changeOf(wait, timeoutMs, wheel),
        end: () => remove(wait),
      };
    },
    take(chatId, event) {
      const waits = byChat.get(chatId);
      if (waits === undefined || event.name !== 'messageAdded') return undefined;
      const wait = [...waits].find((one) => isFor(one, event));
      if (wait === undefined) return undefined;
      remove(wait);
      if (frameFor(wait.session.identity.role, event) === undefined) {
        wait.change('hidden');
        return undefined;
      }
      const { session, requestId, changed } = wait;
      const awaited = { session, requestId, passed: changed.promise };
      return { awaited, settle: () => wait.change('passed') };
    },
    forget(session) {
      for (const wait of byChat.get(session.chatId) ?? []) {
        if (wait.session === session) wait.change('gone');
      }
    },
    forgetAll() {
      for (const waits of byChat.values()) for (const wait of waits) wait.change('gone');
    },
  };
}

async function changeOf(wait: Wait, timeoutMs: number, wheel: Wheel): Promise<CopyState> {
  let cancel: Cancel | undefined;
  const tooLate = new Promise<void>((resolve) => {
    cancel = wheel.after(timeoutMs, resolve);
  });
  await Promise.race([wait.changed.promise, tooLate]);
  cancel?.();
  return wait.state;
}

function isFor(wait: Wait, { frame }: BusEvent): boolean {
  const { buffer, byteOffset, byteLength } = frame;
  if (!Buffer.from(buffer, byteOffset, byteLength).includes(wait.bytes)) return false;
  const { client_message_id: id, user } = messageIn(frame);
  return id === wait.clientMessageId && `${user?.role}:${user?.id}` === wait.session.identity.key;
}

/** Of a `messageAdded`, as the publisher has encoded it: of any depth that was accepted. */
function messageIn(frame: Uint8Array): Partial<Message> {
  const parsed = parseJson(frame, Number.POSITIVE_INFINITY);
  const { data } = (parsed.ok ? parsed.value : {}) as { data?: { message?: Partial<Message> } };
  return data?.message ?? {};
}
