/**
 * Receipts come in showers: a page marks all that it shows. Of one reader in one room the first goes
 * at once, the rest of a second waits and is merged. A command that is no receipt does not wait for
 * them: it sends them on their way before it.
 */
import type { RoutedEvent } from '@switchboard/protocol';
import type { Wheel } from '../clock/wheel.ts';
import type { Answer } from '../command/answer.ts';
import type { MarkOutcome, ReceiptCommand } from '../command/mark-message.ts';
import type { ChatSession } from '../session/session.ts';
import { mergeReceipts } from './merge.ts';

export interface ReceiptsOptions {
  readonly wheel: Wheel;
  /** Asked when a window begins: receipts are merged harder under pressure. */
  readonly windowMs: () => number;
  /** One receipt into the log. */
  readonly mark: (session: ChatSession, command: ReceiptCommand) => Promise<MarkOutcome>;
  /** The answer to a receipt that another one made needless. */
  readonly needless: (session: ChatSession, command: ReceiptCommand) => Answer;
  /** Tells the desk of the newest receipt, at most once per window. */
  readonly tellDesk: (event: RoutedEvent) => void;
  /** Runs a flush among the session's commands, when its window has ended. */
  readonly schedule: (session: ChatSession) => void;
}

/** Sends one answer; resolves when the next one may be sent. */
export type Respond = (answer: Answer, requestId: string | undefined) => Promise<void> | void;

export interface Receipts {
  /** Goes at once, or waits for the end of its second. */
  add(session: ChatSession, command: ReceiptCommand, respond: Respond): Promise<void> | void;
  /** Sends what waits; undefined when nothing does. */
  flush(session: ChatSession, respond: Respond): Promise<void> | undefined;
}

interface Window {
  readonly sessions: Set<ChatSession>;
  forDesk: RoutedEvent | undefined;
}

export function createReceipts(options: ReceiptsOptions): Receipts {
  const { wheel, windowMs, tellDesk, schedule } = options;
  const windows = new Map<string, Window>();
  const waiting = new Map<ChatSession, ReceiptCommand[]>();

  const openWindow = (key: string) => {
    windows.set(key, { sessions: new Set(), forDesk: undefined });
    wheel.after(windowMs(), () => endWindow(key));
  };
  const endWindow = (key: string) => {
    const window = windows.get(key);
    windows.delete(key);
    if (window?.forDesk !== undefined) {
      openWindow(key);
      tellDesk(window.forDesk);
    }
    for (const session of window?.sessions ?? []) schedule(session);
  };
  const tellOrKeep = (key: string, event: RoutedEvent | undefined) => {
    if (event === undefined) return;
    const window = windows.get(key);
    if (window !== undefined) {
      window.forDesk = event;
      return;
    }
    openWindow(key);
    tellDesk(event);
  };
  const run = async (
    session: ChatSession,
    commands: readonly ReceiptCommand[],
    respond: Respond,
  ) => {
    for (const { receipt, needed } of mergeReceipts(commands)) {
      if (!needed) {
        await respond(options.needless(session, receipt), receipt.requestId);
        continue;
      }
      const outcome = await options.mark(session, receipt);
      tellOrKeep(keyOf(session), outcome.forDesk);
      await respond(outcome.answer, receipt.requestId);
    }
  };
  const flush = (session: ChatSession, respond: Respond) => {
    const commands = waiting.get(session);
    if (commands === undefined) return undefined;
    waiting.delete(session);
    return run(session, commands, respond);
  };

  return {
    add(session, command, respond) {
      const window = windows.get(keyOf(session));
      if (window === undefined) return run(session, [command], respond);
      window.sessions.add(session);
      const commands = waiting.get(session) ?? [];
      waiting.set(session, commands);
      commands.push(command);
      // A window's worth of receipts is bounded as everything is.
      return commands.length >= waitingMax ? flush(session, respond) : undefined;
    },
    flush,
  };
}

const waitingMax = 200;

function keyOf({ identity, chatId }: ChatSession): string {
  return JSON.stringify([identity.key, chatId]);
}
