/** The promises of what waits for an answer. */
import { ClientError, type Failure } from './client-error.ts';

interface Pending {
  readonly clientMessageId: string | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ClientError) => void;
  readonly stop: () => void;
}

export interface PendingRequests {
  /** @param abandon called when the signal is aborted */
  open(
    id: string,
    options: { clientMessageId?: string; signal?: AbortSignal | undefined; abandon: () => void },
  ): Promise<unknown>;
  settle(id: string, value: unknown): void;
  fail(id: string, failure: Failure): void;
}

export function createPendingRequests(): PendingRequests {
  const pending = new Map<string, Pending>();
  const take = (id: string) => {
    const request = pending.get(id);
    pending.delete(id);
    request?.stop();
    return request;
  };
  return {
    open: (id, { clientMessageId, signal, abandon }) =>
      new Promise((resolve, reject) => {
        const stop = () => signal?.removeEventListener('abort', abandon);
        pending.set(id, { clientMessageId, resolve, reject, stop });
        signal?.addEventListener('abort', abandon);
      }),
    settle: (id, value) => take(id)?.resolve(value),
    fail(id, failure) {
      const request = take(id);
      request?.reject(new ClientError(failure, request.clientMessageId));
    },
  };
}
