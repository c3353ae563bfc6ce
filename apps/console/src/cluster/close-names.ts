/** What a close code is called, for people. */
const names: Readonly<Record<string, string>> = {
  1000: 'closed by the client',
  1001: 'page left',
  1005: 'closed without a code',
  1006: 'connection lost',
  1012: 'restart',
  4001: 'draining',
  4002: 'slow consumer',
  4003: 'position lost',
  4004: 'token expired',
  4008: 'ping timeout',
  4429: 'rate limited',
  4500: 'token revoked',
  4501: 'kicked',
  4502: 'protocol error',
  4503: 'replaced',
  4504: 'not allowed',
  4505: 'token invalid',
  lost: 'with its edge, which is gone',
};

export const closeName = (code: string): string => names[code] ?? 'other';
