/**
 * Keys from a JWKS URL, fetched and refreshed in the background, so that checking a token never waits.
 * A failed fetch keeps the keys that are there.
 */
import { importJwk, readKeySet, type VerificationKey } from './verification-key.ts';

export interface JwksOptions {
  readonly url: string;
  /** Milliseconds between two fetches. */
  readonly refreshMs: number;
  /** A token with an unknown `kid` asks for a fetch, at most this often, ms. */
  readonly askAgainMs: number;
  readonly timeoutMs: number;
  readonly onKeys: (keys: readonly VerificationKey[]) => void;
  readonly onWarning: (message: string, details: Record<string, unknown>) => void;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

export interface Jwks {
  /** Resolves after the first fetch, whether it gave keys or not. */
  start(): Promise<void>;
  /** A token named a key that we do not know: it may be a new one. */
  ask(): void;
  stop(): void;
}

export function createJwks(options: JwksOptions): Jwks {
  const { refreshMs, askAgainMs, now = () => performance.now() } = options;
  let timer: ReturnType<typeof setInterval> | undefined;
  let fetchedAtMs = -Infinity;
  let running: Promise<void> | undefined;

  const refresh = (): Promise<void> => {
    fetchedAtMs = now();
    running ??= fetchKeys(options).finally(() => (running = undefined));
    return running;
  };
  return {
    start() {
      timer = setInterval(() => void refresh(), refreshMs);
      timer.unref();
      return refresh();
    },
    ask() {
      if (now() - fetchedAtMs >= askAgainMs) void refresh();
    },
    stop: () => clearInterval(timer),
  };
}

async function fetchKeys(options: JwksOptions): Promise<void> {
  const { url, timeoutMs, onKeys, onWarning } = options;
  try {
    const get = options.fetch ?? fetch;
    const response = await get(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    onKeys(importAll(JSON.parse(await readBounded(response)), onWarning));
  } catch (error) {
    onWarning('the JWKS cannot be fetched; the known keys stay', { url, error: String(error) });
  }
}

/** A few keys: what is longer than this is none, and is not taken into memory. */
const bodyMaxBytes = 262_144;

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > bodyMaxBytes) throw new Error(`it is longer than ${bodyMaxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function importAll(body: unknown, onWarning: JwksOptions['onWarning']): VerificationKey[] {
  const members = readKeySet(body);
  if (members === undefined) throw new Error('it is not a JWK set');
  return members.flatMap((member) => {
    const imported = importJwk(member);
    if (imported.ok && imported.key.algorithm !== 'HS256') return [imported.key];
    const reason = imported.ok ? 'a shared secret has no place in a JWKS' : imported.reason;
    onWarning('a key of the JWKS is left out', { reason });
    return [];
  });
}
