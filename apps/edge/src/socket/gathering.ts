/**
 * Lets events gather while many sockets are being written to.
 *
 * A write costs microseconds, a further frame in it a tenth of one, and frames share a write when
 * their events come in one turn of the event loop. So after an event that went to many sockets the
 * next ones are left unread for a moment, in proportion to what the writes cost. Whoever finds the
 * process idle is never held up, and neither is anybody while turns are full of events anyway. Where two
 * pauses in a row have gathered nothing there are none for a while: two people who wait for each other's
 * messages would only be slowed down.
 *
 * And when as many frames wait for each socket as go into one write, the rest is left for the next
 * turn: Node would read megabytes in one, and while they are written to all sockets nobody else is
 * served, and nobody is told how late this process is.
 */

export interface Gathering {
  /** One frame was published to so many sockets. */
  sent(sockets: number): void;
}

export interface GatheringParts {
  /** Leaves what is followed unread for so long, ms. */
  readonly hold: (forMs: number) => void;
  /** Calls back when the present turn of the event loop is over. */
  readonly afterTurn?: (callback: () => void) => unknown;
  /** A clock that never steps back, ms. */
  readonly now?: () => number;
}

/** Several times what a write takes (5-10 µs): writes that could be shared take a fraction of a core. */
const holdPerSocketMs = 0.05;
/** How late an event may become by it, ms. */
const holdMaxMs = 25;
/** Less gathers nothing at some hundred events a second; to so few sockets nothing is worth a wait, ms. */
const holdMinMs = 8;
const widthMin = 8;
/** So many pauses after which fewer than two frames came for each socket, and there are none for so long, ms. */
const fruitlessMax = 2;
const restMs = 100;
/** uWebSockets.js writes 32 frames at once, however many wait: with nearly as many nothing is gained. */
const framesEnough = 24;
/** A turn with as many, and so many frames in all (some milliseconds), takes no more events. */
const framesMax = 32;
const totalMax = 4_000;

export function createGathering({
  hold,
  afterTurn = setImmediate,
  now = () => performance.now(),
}: GatheringParts): Gathering {
  let widest = 0;
  let total = 0;
  let isFull = false;
  let wasHeld = false;
  let fruitless = 0;
  let restUntilMs = 0;

  /** What the pause before this turn has brought. */
  const learn = (framesEach: number): void => {
    if (framesEach >= 2) fruitless = 0;
    else if (wasHeld) fruitless += 1;
    if (fruitless < fruitlessMax) return;
    fruitless = 0;
    restUntilMs = now() + restMs;
  };
  const endTurn = () => {
    const framesEach = total / widest;
    const holdMs = Math.min(Math.max(widest * holdPerSocketMs, holdMinMs), holdMaxMs);
    learn(framesEach);
    wasHeld = widest >= widthMin && framesEach < framesEnough && now() >= restUntilMs;
    widest = 0;
    total = 0;
    isFull = false;
    if (wasHeld) hold(holdMs);
  };
  return {
    sent(sockets) {
      if (sockets === 0) return;
      if (total === 0) afterTurn(endTurn);
      total += sockets;
      if (sockets > widest) widest = sockets;
      if (isFull || total < totalMax || total / widest < framesMax) return;
      isFull = true;
      hold(0);
    },
  };
}
