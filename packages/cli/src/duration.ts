/** `90s`, `15m`, `12h`, `7d`, or bare seconds. */
import { InvalidArgumentError } from 'commander';

const seconds = { s: 1, m: 60, h: 3600, d: 86_400 };

/** @returns seconds @throws InvalidArgumentError */
export function parseDuration(text: string): number {
  const parts = /^(?<count>\d{1,9})(?<unit>[smhd])?$/u.exec(text)?.groups;
  if (!parts) throw new InvalidArgumentError('Write 90s, 15m, 12h or 7d.');
  return Number(parts['count']) * seconds[(parts['unit'] ?? 's') as keyof typeof seconds];
}
