/** What the kernel holds for sockets: proc(5), `/proc/meminfo` and `/proc/net/sockstat`. */
import { readFile } from 'node:fs/promises';

const pageBytes = 4096;

/** With whatever else its allocator of small objects holds, in bytes: only a difference says something. */
export const kernelBytes = async (): Promise<number> =>
  parseSlab(await readFile('/proc/meminfo', 'utf8')) +
  parseTcpPages(await readFile('/proc/net/sockstat', 'utf8')) * pageBytes;

export const parseSlab = (meminfo: string): number =>
  Number(/^SUnreclaim:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? 0) * 1024;

/** Pages that buffers of TCP take. */
export const parseTcpPages = (sockstat: string): number =>
  Number(/^TCP:.* mem (\d+)$/m.exec(sockstat)?.[1] ?? 0);
