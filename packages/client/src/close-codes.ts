/** The close codes that the client tells apart; `packages/protocol` has all of them, with what they mean. */
export const positionLost = 4003;
export const tokenExpired = 4004;
export const pingTimeout = 4008;
export const rateLimited = 4429;

const finalNames: Readonly<Record<number, string>> = {
  4500: 'token_revoked',
  4501: 'kicked',
  4502: 'protocol_error',
  4503: 'replaced',
  4504: 'not_allowed',
  4505: 'token_invalid',
};

/**
 * True: the server does not want this client back. 1000 and 1005 do not count as that: they are our
 * own close, and when it was not us, it was something in between.
 */
export function isFinal(code: number): boolean {
  return code >= 4500 && code <= 4999;
}

export function nameOf(code: number | undefined): string {
  if (code === undefined) return 'closed';
  return code === tokenExpired ? 'token_expired' : (finalNames[code] ?? `code_${code}`);
}
