/** The tab's credentials: in `sessionStorage`, gone with the tab, and never in a URL or a cookie. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { Credentials } from './hand-over.ts';

export interface Vault {
  readonly credentials: ReadonlySignal<Credentials>;
  /** Addresses go with their token: a new token forgets them, and none comes without one. */
  keep(more: Credentials): void;
  empty(): void;
}

const key = 'switchboard:credentials';

export function openVault(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Vault {
  const credentials = signal<Credentials>(read(storage.getItem(key)));
  return {
    credentials,
    keep(more) {
      credentials.value = merge(credentials.peek(), more);
      storage.setItem(key, JSON.stringify(credentials.peek()));
    },
    empty() {
      credentials.value = {};
      storage.removeItem(key);
    },
  };
}

const belongings = [
  ['operator', 'operatorEdge'],
  ['visitor', 'visitorEdge'],
] as const;

/** Else a link could send the token that is kept here to an address of its own choice. */
function merge(known: Credentials, more: Credentials): Credentials {
  const merged: Partial<Record<keyof Credentials, string>> = { ...known, ...more };
  for (const [token, edge] of belongings) {
    const address = more[token] === undefined ? known[edge] : more[edge];
    if (address === undefined) delete merged[edge];
    else merged[edge] = address;
  }
  return merged;
}

function read(text: string | null): Credentials {
  if (text === null) return {};
  try {
    return JSON.parse(text) as Credentials;
  } catch {
    return {};
  }
}
