/** Random nonces of 40 bits in 8 characters; randomness is drawn in bulk. */
export const NONCE_CHARS = 8;

const WORDS_PER_NONCE = 2;
const POOL_WORDS = 2048;

export function createNonces(): () => string {
  const pool = new Uint32Array(POOL_WORDS);
  let next = POOL_WORDS;
  return () => {
    if (next === POOL_WORDS) {
      crypto.getRandomValues(pool);
      next = 0;
    }
    const [high, low] = [pool[next] as number, pool[next + 1] as number];
    next += WORDS_PER_NONCE;
    return ((high & 0xff) * 2 ** 32 + low).toString(36).padStart(NONCE_CHARS, '0');
  };
}
