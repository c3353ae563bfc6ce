/**
 * The messages of one socket while a backend is asked about each of them: one at a time and in order, and
 * nothing else of the socket waits for them.
 */
import { CommandQueue, type Task } from './command-queue.ts';

export interface TakenMessage {
  readonly data: { readonly client_message_id?: string | null | undefined };
  readonly requestId?: string;
}

export class SendLane {
  /** Those that were taken and have no answer yet, in their order. */
  readonly unanswered = new Set<TakenMessage>();
  /** Those of them whose turn has not come. */
  waiting = 0;
  private readonly queue: CommandQueue;

  constructor(onError: (error: unknown) => void) {
    this.queue = new CommandQueue(onError);
    this.queue.open();
  }

  /** Counts it; `push` follows. */
  take(message: TakenMessage): void {
    this.unanswered.add(message);
    this.waiting += 1;
  }

  push(message: TakenMessage, task: Task): void {
    this.queue.push(async () => {
      this.waiting -= 1;
      await task();
      this.unanswered.delete(message);
    });
  }

  /** Takes nothing more. Undefined when nothing is left to do; else resolves when all has been done. */
  finish(): Promise<void> | undefined {
    return this.queue.finish();
  }

  close(): void {
    this.queue.close();
  }
}
