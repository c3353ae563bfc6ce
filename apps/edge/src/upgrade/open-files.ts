/**
 * How many sockets the limit of open files allows. Above it connects are not refused but hang, and what
 * else needs a file, a connection to Redis for one, fails.
 */
import { readFileSync } from 'node:fs';

/** For Redis, listening sockets, logs, and connects that are being refused. */
const keptFiles = 64;
const keptPart = 1 / 16;

/** The soft limit of this process; Infinity where it is not known (it is read from /proc). */
export function openFilesMax(): number {
  try {
    return parseOpenFiles(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return Infinity; // No Linux.
  }
}

/** @param limits as /proc/self/limits has them */
export function parseOpenFiles(limits: string): number {
  const soft = /^Max open files\s+(\S+)/mu.exec(limits)?.[1];
  return soft === undefined || soft === 'unlimited' ? Infinity : Number(soft);
}

/** At least 1. */
export function socketsWithin(filesMax: number, socketsMax: number): number {
  if (filesMax === Infinity) return socketsMax;
  const kept = Math.max(keptFiles, Math.ceil(filesMax * keptPart));
  return Math.max(1, Math.min(socketsMax, filesMax - kept));
}
