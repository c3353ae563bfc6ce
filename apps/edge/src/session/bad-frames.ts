/** Counts a socket's bad frames in a row. Some clients are broken; none may be broken for ever. */
export class BadFrames {
  private readonly times: number[] = [];
  private readonly max: number;
  private readonly windowMs: number;

  constructor(max: number, windowMs: number) {
    this.max = max;
    this.windowMs = windowMs;
  }

  /** True when this was one too many. */
  bad(nowMs: number): boolean {
    this.times.push(nowMs);
    if (this.times.length > this.max) this.times.shift();
    return this.times.length === this.max && nowMs - this.times[0]! <= this.windowMs;
  }

  good(): void {
    this.times.length = 0;
  }
}
