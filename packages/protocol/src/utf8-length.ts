/** Bytes of a string in UTF-8 (a lone surrogate counts 3, as its replacement character does). */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    if (isPair(unit, text.charCodeAt(index + 1))) {
      // Two units were counted; the pair is four bytes: its second unit adds nothing more.
      index += 1;
    }
  }
  return bytes;
}

/** True when the string is longer than `maxBytes` in UTF-8. Counts only when it could be either. */
export function exceedsUtf8(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  if (text.length * 3 <= maxBytes) return false;
  return utf8Length(text) > maxBytes;
}

function isPair(first: number, second: number): boolean {
  return first >= 0xd800 && first <= 0xdbff && second >= 0xdc00 && second <= 0xdfff;
}
