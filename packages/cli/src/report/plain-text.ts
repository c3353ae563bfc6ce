/** Text of strangers for a terminal: without what a terminal would obey. */
export function plainText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- controls are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/gu, ' ');
}
