/** A position is `<stream id>.<nonce>`, and `0` before everything. What is stored or published may be tampered with. */

const POSITION = /^\d{1,16}-\d{1,16}\.[0-9a-z]{6,13}$/u;

/** False for anything that no log ever answered: it may come from anywhere. */
export function isPosition(text: string): boolean {
  return text === '0' || POSITION.test(text);
}

/** What finds the event in its stream. */
export function streamId(position: string): string {
  return position.slice(0, position.indexOf('.'));
}

/** When the event at a position was logged: ms since the epoch, Redis' clock. */
export function positionMs(position: string): number {
  return Number(position.slice(0, position.indexOf('-')));
}
