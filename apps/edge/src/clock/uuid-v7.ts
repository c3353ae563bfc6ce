/** UUIDs of version 7 (RFC 9562 §5.7): they sort by the time of their making, as ids in logs should. */
export interface UuidSource {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** That many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

export function uuidV7({ now, random }: UuidSource): string {
  const bytes = Buffer.from(random(16));
  bytes.writeUIntBE(now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
