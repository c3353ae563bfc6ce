/** What one Redis server says of itself. */
import type { Redis } from 'ioredis';

export interface ServerFacts {
  /** `host:port` as we reach it. */
  readonly address: string;
  readonly info: ReadonlyMap<string, string>;
  /** Undefined: this user may not read them. */
  readonly settings: ReadonlyMap<string, string> | undefined;
  /** The shortest of some round trips, ms: how far it is, not how busy we are. */
  readonly latencyMs: number;
  /** Redis' clock minus ours, ms, by the shortest round trip. */
  readonly clockOffsetMs: number;
}

const rounds = 9;

export const judgedSettings = [
  'maxmemory',
  'maxmemory-policy',
  'appendonly',
  'appendfsync',
  'client-output-buffer-limit',
  'timeout',
  'tcp-keepalive',
  'min-replicas-to-write',
  'maxclients',
] as const;

export async function readServer(server: Redis): Promise<ServerFacts> {
  const info = parseInfo(await server.info());
  const settings = await readSettings(server);
  const { host = '?', port = 0 } = server.options;
  return { address: `${host}:${port}`, info, settings, ...(await readClock(server)) };
}

function parseInfo(text: string): Map<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':') && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}

async function readSettings(server: Redis): Promise<Map<string, string> | undefined> {
  const found = new Map<string, string>();
  try {
    for (const name of judgedSettings) {
      const [key, value] = await server.config('GET', name);
      if (key !== undefined && value !== undefined) found.set(key, value);
    }
    return found;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** This user may not, or a hosted Redis does not let anybody. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && /^(?:NOPERM|ERR unknown command)/u.test(error.message);
}

async function readClock(server: Redis) {
  const samples: { tookMs: number; offsetMs: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [startedMs, startedAt] = [performance.now(), Date.now()];
    const [seconds, micros] = await server.time();
    const tookMs = performance.now() - startedMs;
    const theirs = Number(seconds) * 1000 + Number(micros) / 1000;
    samples.push({ tookMs, offsetMs: theirs - (startedAt + tookMs / 2) });
  }
  samples.sort((a, b) => a.tookMs - b.tookMs);
  return {
    latencyMs: samples[0]?.tookMs ?? 0,
    clockOffsetMs: samples[0]?.offsetMs ?? 0,
  };
}
