/** Random nonces of 40 bits in 8 characters; randomness is drawn in bulk. */
const WORDS_PER_NONCE = 2;
const POOL_WORDS = 2048;
/** Two characters for ten bits: to write a number of 40 bits in base 36 takes V8 ten times as long. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => bits.toString(36).padStart(2, '0'));

export function createNonces(): () => string {
  const pool = new Uint32Array(POOL_WORDS);
  let next = POOL_WORDS;
  return () => {
    if (next === POOL_WORDS) {
      crypto.getRandomValues(pool);
      next = 0;
    }
    const [low, high] = [pool[next] as number, pool[next + 1] as number];
    next += WORDS_PER_NONCE;
    return `${pair(low)}${pair(low >>> 10)}${pair(low >>> 20)}${pair(high)}`;
  };
}

function pair(bits: number): string {
  return PAIRS[bits & 0x3ff] as string;
}
