/**
 * One reading for all who ask while another one is under way. Nobody gets what was read before they
 * asked: the reading under way may have passed the place where they were entered meanwhile.
 */
export function sharedRead<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;

  const start = (): Promise<T> => {
    next = undefined;
    const reading = read();
    running = reading;
    return reading.finally(() => {
      if (running === reading) running = undefined;
    });
  };
  return () => {
    if (running === undefined) return start();
    next ??= running.then(start, start);
    return next;
  };
}
