/**
 * One socket's commands, one after the other: answers come in the order of the frames, and a socket
 * never has more than one command under way. What is synchronous runs at once when nothing waits.
 */
export type Task = () => void | Promise<void>;

export class CommandQueue {
  private readonly waiting: Task[] = [];
  private readonly onError: (error: unknown) => void;
  private busy = true;
  private closed = false;
  private finished: PromiseWithResolvers<void> | undefined;

  /** Nothing runs before `open`: commands wait until the socket is live. */
  constructor(onError: (error: unknown) => void) {
    this.onError = onError;
  }

  /** Commands that have not been answered yet and are not under way. */
  get length(): number {
    return this.waiting.length;
  }

  open(): void {
    this.busy = this.closed;
    this.runOn();
  }

  push(task: Task): void {
    if (this.closed || this.finished !== undefined) return;
    this.waiting.push(task);
    if (!this.busy) this.runOn();
  }

  /** Takes nothing more. Undefined when nothing is left to do; else resolves when all has been done. */
  finish(): Promise<void> | undefined {
    this.finished ??= Promise.withResolvers();
    return this.busy && !this.closed ? this.finished.promise : undefined;
  }

  /** Forgets what waits; what is under way ends by itself. */
  close(): void {
    this.waiting.length = 0;
    this.closed = true;
    this.busy = true;
    this.finished?.resolve();
  }

  private runOn(): void {
    while (!this.busy) {
      const task = this.waiting.shift();
      if (task === undefined) return this.finished?.resolve();
      this.run(task);
    }
  }

  private run(task: Task): void {
    try {
      const running = task();
      if (running === undefined) return;
      this.busy = true;
      running.catch(this.onError).finally(() => this.open());
    } catch (error) {
      this.onError(error);
    }
  }
}
