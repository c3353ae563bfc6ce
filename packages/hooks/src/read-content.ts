import type { HookContent } from './contract.ts';

/** Takes away a byte order mark, which PHP files like to begin with, and throws at what is no UTF-8. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What the bytes of an answer say. Never throws. */
export const readContent = (chunks: readonly Buffer[]): HookContent => {
  if (chunks.length === 0) return { kind: 'none' };
  try {
    const text = utf8.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    if (text.trim() === '') return { kind: 'none' };
    return { kind: 'json', value: JSON.parse(text) as unknown };
  } catch {
    return { kind: 'unreadable' };
  }
};
