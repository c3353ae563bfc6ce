/** What the widget takes along over a reload: the messages, where it stands, and what is not sent yet. */
import type { Message } from '@switchboard/client';
import { contentOf, type Content } from '../conversation/draft.ts';
import type { Entry } from '../conversation/entry.ts';

export interface Saved {
  readonly position: string | undefined;
  readonly messages: readonly Message[];
  /** Not answered yet: given again with the same ids they are there once. */
  readonly unsent: readonly (Content & { readonly id: string })[];
  readonly isOpen: boolean;
}

export interface SavedChat {
  load(): Saved;
  save(saved: Saved): void;
}

const nothing: Saved = { position: undefined, messages: [], unsent: [], isOpen: false };
const version = 1;

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Per tab and chat. A storage that is full or forbidden loses nothing but the comfort. */
export function savedChat(storage: Store, chatId: string): SavedChat {
  const key = `switchboard:widget:${version}:${chatId}`;
  return {
    load() {
      try {
        const text = storage.getItem(key);
        return text === null ? nothing : { ...nothing, ...(JSON.parse(text) as Partial<Saved>) };
      } catch {
        return nothing;
      }
    },
    save(saved) {
      try {
        storage.setItem(key, JSON.stringify(saved));
      } catch {
        // A position without its messages would lose them.
        storage.removeItem(key);
      }
    },
  };
}

export const messagesSavedMax = 200;

export const messagesOf = (entries: readonly Entry[]): Message[] =>
  entries.slice(-messagesSavedMax).map(({ message, mark }) => ({ ...message, status: mark }));

export const unsentOf = (entries: readonly Entry[]): Saved['unsent'] =>
  entries.map(({ key, message }) => ({ id: key, ...contentOf(message) }));
