/** One question at a time: who asks while it is under way, or shortly after, gets the same answer. */

/**
 * @param ask the question
 * @param maxAgeMs how old an answer may be, counted from when it was asked
 * @param now milliseconds, monotonic
 */
export function createSingleFlight<T>(
  ask: () => Promise<T>,
  maxAgeMs: number,
  now: () => number,
): () => Promise<T> {
  let last: Flight<T> | undefined;

  const start = () => {
    const flight: Flight<T> = { answer: ask(), askedAt: now(), underWay: true };
    last = flight;
    flight.answer.then(
      () => (flight.underWay = false),
      // A failure is not an answer: the next one asks again.
      () => last === flight && (last = undefined),
    );
    return flight.answer;
  };

  return () => {
    if (last === undefined) return start();
    return last.underWay || now() - last.askedAt < maxAgeMs ? last.answer : start();
  };
}

interface Flight<T> {
  readonly answer: Promise<T>;
  readonly askedAt: number;
  underWay: boolean;
}
