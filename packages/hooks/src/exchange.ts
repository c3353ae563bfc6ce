/** One call under way: collects the answer, within its bytes and its time, and ends exactly once. */
import type { Dispatcher } from 'undici';
import type { HookFailed, HookReply } from './contract.ts';
import { readContent } from './read-content.ts';
import { readRetryAfter } from './retry-after.ts';

export interface ExchangeOptions {
  readonly answerMaxBytes: number;
  readonly nowMs: () => number;
  /** True: the connection broke that lay idle before this call. */
  readonly wasIdle: (error: Error) => boolean;
  /** Sends the same request again. */
  readonly resend: (exchange: Exchange) => void;
}

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

export class Exchange implements Dispatcher.DispatchHandler {
  readonly request: Dispatcher.DispatchOptions;
  private readonly options: ExchangeOptions;
  private readonly resolve: (reply: HookReply) => void;
  private controller: Dispatcher.DispatchController | undefined;
  private status = 0;
  private headers: Headers = {};
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private answerBegan = false;
  private resent = false;
  private over = false;

  constructor(
    request: Dispatcher.DispatchOptions,
    options: ExchangeOptions,
    resolve: (reply: HookReply) => void,
  ) {
    this.request = request;
    this.options = options;
    this.resolve = resolve;
  }

  /** Ends it from outside; what the backend still does with it is unknown. */
  cut(why: HookFailed['why']): void {
    this.end({ kind: 'failed', why, error: why });
    this.controller?.abort(new Error(why));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown rather than aborted: it waited too long for a connection, and that one is still good.
    if (this.over) throw new Error('over');
    this.controller = controller;
  }

  onResponseStarted(): void {
    this.answerBegan = true;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // Called for a 103, too; what comes after it replaces that.
    this.status = status;
    this.headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes <= this.options.answerMaxBytes) return void this.chunks.push(chunk);
    this.answer(false);
    controller.abort(new Error('too long'));
  }

  onResponseEnd(): void {
    this.answer(true);
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    if (this.over) return;
    if (this.isStale(error)) {
      this.resent = true;
      this.controller = undefined;
      return this.options.resend(this);
    }
    this.end({ kind: 'failed', why: whyOf(error), error: codeOf(error) });
  }

  /** The backend closed a connection as we wrote to it: with the same key it may be sent again at once. */
  private isStale(error: Error): boolean {
    return !this.resent && !this.answerBegan && this.options.wasIdle(error);
  }

  private answer(complete: boolean): void {
    const { status, headers, chunks } = this;
    const retryAfterMs = readRetryAfter(
      single(headers['retry-after']),
      single(headers['date']),
      this.options.nowMs(),
    );
    this.end({
      kind: 'answered',
      status,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      content: complete ? readContent(chunks) : { kind: 'unreadable' },
    });
  }

  private end(reply: HookReply): void {
    if (this.over) return;
    this.over = true;
    this.resolve(reply);
  }
}

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

const codeOf = (error: Error & { code?: unknown }): string =>
  typeof error.code === 'string' ? error.code : error.name;

const whyOf = (error: Error): HookFailed['why'] => {
  const code = codeOf(error);
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return 'aborted';
  return code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT' ? 'timeout' : 'network';
};
