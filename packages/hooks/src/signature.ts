/** The header by which a backend knows that a call is ours, whole and recent. */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

export const signatureHeader = 'Switchboard-Signature';

export interface VerifyOptions {
  /** The verifier's clock, seconds since the epoch. */
  readonly nowS: number;
  /** How far the signature's time may be off, either way; 300 is usual. */
  readonly toleranceS: number;
}

/** Makes the header's value for a body; `nowS` is whole seconds since the epoch. */
export type Signer = (body: string | Uint8Array, nowS: number) => string;

/**
 * Signs with every one of `secrets`: `t=<nowS>,v1=<hex>,…`, each HMAC-SHA256 of `<nowS>.<body>`.
 * Costs 3 µs a secret at 1 KiB: bytes are a third cheaper than text, and a key object than a string.
 */
export const createSigner = (secrets: readonly string[]): Signer => {
  const keys = secrets.map((secret) => createSecretKey(secret, 'utf8'));
  return (body, nowS) => {
    let header = `t=${nowS}`;
    for (const key of keys)
      header += `,v1=${createHmac('sha256', key).update(`${nowS}.`).update(body).digest('hex')}`;
    return header;
  };
};

/** The header's value for one body; see `createSigner`. */
export const sign = (body: string | Uint8Array, secrets: readonly string[], nowS: number): string =>
  createSigner(secrets)(body, nowS);

/** True if one of `secrets` made one of the signatures of exactly this body, recently. Never throws. */
export const verify = (
  header: string | undefined,
  body: string | Uint8Array,
  secrets: readonly string[],
  { nowS, toleranceS }: VerifyOptions,
): boolean => {
  const { time, signatures } = parse(header ?? '');
  if (!/^\d{1,15}$/u.test(time) || !(Math.abs(nowS - Number(time)) <= toleranceS)) return false;
  return secrets.some((secret) => {
    const own = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
    return signatures.some((signature) => timingSafeEqual(own, signature));
  });
};

const parse = (header: string): { time: string; signatures: Buffer[] } => {
  const parts = header.split(',').map((part) => part.trim());
  const time = parts.find((part) => part.startsWith('t='))?.slice(2) ?? '';
  const signatures = parts
    .filter((part) => /^v1=[0-9a-f]{64}$/u.test(part))
    .map((part) => Buffer.from(part.slice(3), 'hex'));
  return { time, signatures };
};
