/** Who listens to what. What a listener throws is its own: it is told to the platform, and the others go on. */
import type { ListenOptions } from './events.ts';

type AnyListener = (data: never, frame: never) => void;

export interface Listeners {
  add(event: string, listener: AnyListener, options?: ListenOptions): () => void;
  emit(event: string, data: unknown, frame?: unknown): void;
}

export function createListeners(): Listeners {
  const byEvent = new Map<
    string,
    Set<{ readonly listener: AnyListener; readonly once: boolean }>
  >();
  return {
    add(event, listener, { once = false, signal } = {}) {
      const entries = byEvent.get(event) ?? new Set();
      byEvent.set(event, entries);
      const entry = { listener, once };
      const stop = () => {
        entries.delete(entry);
        signal?.removeEventListener('abort', stop);
      };
      if (signal?.aborted === true) return stop;
      entries.add(entry);
      signal?.addEventListener('abort', stop, { once: true });
      return stop;
    },
    emit(event, data, frame) {
      const entries = byEvent.get(event);
      // A copy: a listener may add and remove.
      for (const entry of entries === undefined ? [] : [...entries]) {
        if (entry.once) entries?.delete(entry);
        call(entry.listener, data, frame);
      }
    },
  };
}

function call(listener: AnyListener, data: unknown, frame: unknown): void {
  try {
    listener(data as never, frame as never);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
