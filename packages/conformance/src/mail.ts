/** What comes, in its order, for whoever waits for the next of it. */
export class Mail<T> {
  readonly all: T[] = [];
  private read = 0;
  private wake = () => undefined as void;
  private readonly what: string;

  constructor(what: string) {
    this.what = what;
  }

  add(item: T): void {
    this.all.push(item);
    this.wake();
  }

  /** The next one that was not taken yet and fits; those before it are left out. */
  async next(fits: (item: T) => boolean = () => true, patienceMs = defaultPatienceMs): Promise<T> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      while (this.read < this.all.length) {
        const item = this.all[(this.read += 1) - 1]!;
        if (fits(item)) return item;
      }
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`${this.what} did not come within ${patienceMs} ms`);
      await this.somethingOr(leftMs);
    }
  }

  private somethingOr(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** A client that comes back with a random delay may take that long more than once. */
const defaultPatienceMs = 15_000;
