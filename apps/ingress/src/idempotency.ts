/**
 * The Idempotency-Key of a call: kept by the append script for 24 h per token, path and chat.
 * This part adds what the script cannot know: the same key is under way in this process just now.
 */
import { createHash } from 'node:crypto';
import type { OnceKey } from '@switchboard/bus';
import type { Call } from './operation.ts';
import { problem } from './problem.ts';

/** Which call a key is for; `item` tells apart the events of one call. */
export interface Scope {
  readonly call: Call;
  readonly path: string;
  readonly chatId?: string | undefined;
}

/** Gives the once key of the n-th event of the call. */
export type OnceKeys = (item?: number) => { once?: OnceKey };

export interface Idempotency {
  /** Runs `work`; refuses with 409 while the same key runs in this process. */
  run<T>(scope: Scope, work: (keys: OnceKeys) => Promise<T>): Promise<T>;
}

export function createIdempotency(): Idempotency {
  const underWay = new Set<string>();
  return {
    async run(scope, work) {
      const { idempotencyKey, tokenName } = scope.call;
      if (idempotencyKey === undefined) return work(() => ({}));
      const claim = JSON.stringify([tokenName, scope.path, scope.chatId, idempotencyKey]);
      if (underWay.has(claim)) throw problem('idempotency_key_in_use', { retryAfterS: 1 });
      underWay.add(claim);
      try {
        return await work(onceKeys(scope, idempotencyKey));
      } finally {
        underWay.delete(claim);
      }
    },
  };
}

function onceKeys({ call, path }: Scope, idempotencyKey: string): OnceKeys {
  const bodyDigest = createHash('sha256').update(call.bodyText).digest('base64url');
  const { tokenName } = call;
  return (item) => {
    const key = item === undefined ? idempotencyKey : `${idempotencyKey}#${item}`;
    return { once: { kind: 'idempotencyKey', tokenName, path, key, bodyDigest } };
  };
}
