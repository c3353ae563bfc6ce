/** Proves `Switchboard-Signature` as a customer would: written from the contract, not from our code. */
import { createHmac } from 'node:crypto';

const toleranceS = 300;

/** What is wrong with it; undefined: nothing. There has to be one `v1` for each secret. */
export const faultOfSignature = (
  header: string | undefined,
  body: Buffer,
  secrets: readonly string[],
): string | undefined => {
  if (header === undefined) return 'no signature';
  const pairs = header.split(',').map((pair) => pair.split('=', 2) as [string, string]);
  const stamps = pairs.filter(([name]) => name === 't');
  const [[, stamp] = ['t', '']] = stamps;
  if (stamps.length !== 1 || !/^\d+$/u.test(stamp)) return `a signature without a time: ${header}`;
  if (Math.abs(Number(stamp) - Date.now() / 1000) > toleranceS) return `signed at ${stamp}`;
  const given = new Set(pairs.filter(([name]) => name === 'v1').map(([, hex]) => hex));
  const due = secrets.map((secret) =>
    createHmac('sha256', secret).update(`${stamp}.`).update(body).digest('hex'),
  );
  const missing = due.filter((hex) => !given.has(hex)).length;
  return missing === 0 ? undefined : `${missing} of ${due.length} secrets have not signed`;
};
