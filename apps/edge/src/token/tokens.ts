/** Checks tokens with the keys of the configuration and of a JWKS, which change while we run. */
import type { Claims, Limits } from '@switchboard/protocol';
import type { EdgeConfig } from '../config.ts';
import { createJwks, type Jwks } from './jwks.ts';
import { createKeyRing, type KeyRing } from './key-ring.ts';
import type { VerificationKey } from './verification-key.ts';
import { readClaimsBy } from './read-claims.ts';
import { verifyToken, type TokenVerdict } from './verify-token.ts';

export interface TokensOptions {
  readonly config: EdgeConfig;
  readonly configuredKeys: readonly VerificationKey[];
  readonly limits: Limits;
  readonly onWarning: (message: string, details: Record<string, unknown>) => void;
}

export interface Tokens {
  /** Resolves after the first fetch of the JWKS, if there is one. */
  start(): Promise<void>;
  verify(token: string): TokenVerdict<Claims>;
  readonly keyCount: number;
  stop(): void;
}

const fetchTimeoutMs = 5_000;
const askAgainMs = 5_000;

export function createTokens(options: TokensOptions): Tokens {
  const { config, limits } = options;
  const keys = createKeyRing(options.configuredKeys);
  const jwks = jwksOf(options, keys);
  const rules = {
    keys,
    readClaims: readClaimsBy(limits),
    now: Date.now,
    leewayMs: config.AUTH_CLOCK_LEEWAY_MS,
    maxBytes: limits.tokenMaxBytes,
    onUnknownKey: () => jwks?.ask(),
  };
  return {
    start: async () => jwks?.start(),
    verify: (token) => verifyToken(token, rules),
    get keyCount() {
      return keys.size;
    },
    stop: () => jwks?.stop(),
  };
}

function jwksOf({ config, onWarning }: TokensOptions, keys: KeyRing): Jwks | undefined {
  if (config.AUTH_JWKS_URL === undefined) return undefined;
  return createJwks({
    url: config.AUTH_JWKS_URL,
    refreshMs: config.AUTH_JWKS_REFRESH_MS,
    askAgainMs,
    timeoutMs: fetchTimeoutMs,
    onKeys: keys.replaceFetched,
    onWarning,
  });
}
