/** The header by which a backend knows that a call is ours, whole and recent. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const signatureHeader = 'Switchboard-Signature';

export interface VerifyOptions {
  /** The verifier's clock, seconds since the epoch. */
  readonly nowS: number;
  /** How far the signature's time may be off, either way; 300 is usual. */
  readonly toleranceS: number;
}

/**
 * `t=<unix seconds>,v1=<hex>,…`: one `v1` per secret, each HMAC-SHA256 of `<t>.<body>`.
 * @param nowS seconds since the epoch, whole
 */
export const sign = (body: string, secrets: readonly string[], nowS: number): string => {
  const signed = `${nowS}.${body}`;
  let header = `t=${nowS}`;
  for (const secret of secrets)
    header += `,v1=${createHmac('sha256', secret).update(signed).digest('hex')}`;
  return header;
};

/** True if one of `secrets` made one of the signatures of exactly this body, recently. Never throws. */
export const verify = (
  header: string | undefined,
  body: string | Uint8Array,
  secrets: readonly string[],
  { nowS, toleranceS }: VerifyOptions,
): boolean => {
  const { time, signatures } = read(header ?? '');
  if (!/^\d{1,15}$/u.test(time) || Math.abs(nowS - Number(time)) > toleranceS) return false;
  return secrets.some((secret) => {
    const own = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
    return signatures.some((signature) => timingSafeEqual(own, signature));
  });
};

const read = (header: string): { time: string; signatures: Buffer[] } => {
  const parts = header.split(',').map((part) => part.trim());
  const time = parts.find((part) => part.startsWith('t='))?.slice(2) ?? '';
  const signatures = parts
    .filter((part) => /^v1=[0-9a-f]{64}$/u.test(part))
    .map((part) => Buffer.from(part.slice(3), 'hex'));
  return { time, signatures };
};
