/**
 * Which partition a chat belongs to: FNV-1a (32 bit) over the id's UTF-8 bytes, then the finaliser
 * of MurmurHash3, mod P. FNV alone is not enough: its low bits depend on the low bits of the bytes
 * only, and P is usually a power of two. The same for every node and version: never change it.
 *
 * @see http://www.isthe.com/chongo/tech/comp/fnv/ and https://github.com/aappleby/smhasher (fmix32)
 */
export function partitionOf(chatId: string, partitions: number): number {
  return mixed(fnv1aOfAscii(chatId) ?? fnv1a(encoder.encode(chatId))) % partitions;
}

const encoder = new TextEncoder();
const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

function fnv1a(bytes: Uint8Array): number {
  let hash = OFFSET_BASIS;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME);
  return hash;
}

/** Without encoding: nearly all ids are ASCII. Undefined for the others. */
function fnv1aOfAscii(text: string): number | undefined {
  let hash = OFFSET_BASIS;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return undefined;
    hash = Math.imul(hash ^ code, PRIME);
  }
  return hash;
}

function mixed(hash: number): number {
  let mix = hash ^ (hash >>> 16);
  mix = Math.imul(mix, 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return (mix ^ (mix >>> 16)) >>> 0;
}
