/** One load, shared out over several processes to the last message. */
import type { LoadShape } from './load-shape.ts';

/** The part of the process `index` of `count`. */
export const shareOfLoad = (load: LoadShape, index: number, count: number): LoadShape =>
  load.kind === 'open'
    ? { ...load, ratePerS: load.ratePerS / count }
    : { ...load, connections: Math.floor((load.connections + index) / count) };
