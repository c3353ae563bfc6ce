/** Whether a call comes from Switchboard. The same in Python and PHP: docs/backend-guide.md. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** As old may a call be, and as far off a clock. */
const toleranceS = 300;

/**
 * @param header `Switchboard-Signature`: `t=<unix s>,v1=<hex>`, one `v1` for each secret that the sender has
 * @param body the bytes as they came, before anything parsed them
 */
export const isSigned = (
  header: string | undefined,
  body: Buffer,
  { secrets, nowS }: { secrets: readonly string[]; nowS: number },
): boolean => {
  const parts = (header ?? '').split(',').map((part) => part.trim().split('='));
  const time = parts.find(([name]) => name === 't')?.[1] ?? '';
  if (!/^\d+$/u.test(time) || Math.abs(nowS - Number(time)) > toleranceS) return false;
  const given = parts.filter(([name]) => name === 'v1').map(([, hex = '']) => hex);
  return secrets.some((secret) => {
    const own = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
    return given.some((hex) => isSame(own, Buffer.from(hex, 'hex')));
  });
};

const isSame = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && timingSafeEqual(one, other);
