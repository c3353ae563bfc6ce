/** The tab's credentials: in `sessionStorage`, gone with the tab, and never in a URL or a cookie. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { Credentials } from './hand-over.ts';

export interface Vault {
  readonly credentials: ReadonlySignal<Credentials>;
  keep(more: Credentials): void;
  empty(): void;
}

const key = 'switchboard:credentials';

export function openVault(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Vault {
  const credentials = signal<Credentials>(read(storage.getItem(key)));
  return {
    credentials,
    keep(more) {
      credentials.value = { ...credentials.peek(), ...more };
      storage.setItem(key, JSON.stringify(credentials.peek()));
    },
    empty() {
      credentials.value = {};
      storage.removeItem(key);
    },
  };
}

function read(text: string | null): Credentials {
  if (text === null) return {};
  try {
    return JSON.parse(text) as Credentials;
  } catch {
    return {};
  }
}
