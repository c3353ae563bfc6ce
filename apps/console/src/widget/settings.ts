/** How a site sets the widget up: attributes of its script tag, or `switchboardWidget` for a function. */
import type { TokenProvider } from '@switchboard/client';

export interface WidgetSettings {
  /** Where the sockets are, comma-separated; default: where the script was loaded from. */
  readonly url: string;
  /** A plain one ends the chat when it ends. */
  readonly token: string | TokenProvider;
  readonly title: string;
  /** Operators see what is typed before it is sent. */
  readonly withPreview: boolean;
}

/** `globalThis.switchboardWidget`, where a site wants to give the token by itself. */
export interface WidgetGlobal {
  readonly url?: string;
  readonly token?: TokenProvider;
}

type Script = Pick<HTMLScriptElement, 'src' | 'dataset'>;

export function readSettings({ src, dataset }: Script, own: WidgetGlobal = {}): WidgetSettings {
  const { url, token, tokenUrl, title, preview } = dataset;
  return {
    url: own.url ?? url ?? new URL(src).href.replace(/\/console\/[^/]*$/u, ''),
    token: own.token ?? tokenFrom(token, tokenUrl),
    title: title ?? 'How can we help?',
    withPreview: preview === 'true',
  };
}

function tokenFrom(
  token: string | undefined,
  tokenUrl: string | undefined,
): string | TokenProvider {
  if (tokenUrl !== undefined) return () => fetchToken(tokenUrl);
  if (token !== undefined) return token;
  throw new Error('Switchboard: the script tag needs data-token-url or data-token');
}

async function fetchToken(tokenUrl: string): Promise<string> {
  const response = await fetch(tokenUrl, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${tokenUrl} answered ${response.status}`);
  return (await response.text()).trim();
}
