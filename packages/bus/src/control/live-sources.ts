/** What `/update/operators` said of an operator's sources: the last that was said holds. */
import type { Control } from '../contract.ts';
import { within } from '../redis/call.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisCommands } from '../redis/script.ts';
import { setSourcesScript } from './sources.lua.ts';
import { type ToldAt, isOlder, toldAt } from './told-at.ts';

export interface LiveSourcesOptions {
  readonly redis: RedisCommands;
  readonly keys: Keys;
  readonly deadlineMs: number;
}

const KEPT_MS = 30 * 24 * 3_600_000;

/** Two calls at the same time may keep their sources in another order than that of their events. */
const RACE_MS = 60_000;

export function createLiveSources({
  redis,
  keys,
  deadlineMs,
}: LiveSourcesOptions): Pick<Control, 'sourcesOf' | 'setSources'> {
  return {
    async sourcesOf(operatorId) {
      const kept = await within(deadlineMs, redis.get(keys.operator(operatorId)));
      return kept == null ? undefined : kept.slice(kept.indexOf(' ') + 1);
    },
    async setSources(operatorId, sourcesJson, { position, isRepeat }) {
      const { ms, number } = toldAt(position);
      const call = setSourcesScript.run(
        redis,
        [keys.operator(operatorId)],
        [ms, number, isRepeat ? 1 : 0, sourcesJson, KEPT_MS, RACE_MS],
      );
      return (await within(deadlineMs, call)) === 1;
    },
  };
}

const OPERATORS_MAX = 10_000;

/** Tells whether a command brings an operator's newest sources: two may be logged the wrong way round. */
export function createNewestSources(): (operatorId: string, position: string) => boolean {
  const newest = new Map<string, ToldAt>();
  return (operatorId, position) => {
    const told = toldAt(position);
    const known = newest.get(operatorId);
    if (known && isOlder(told, known) && known.ms - told.ms <= RACE_MS) return false;
    if (newest.size >= OPERATORS_MAX) newest.clear();
    newest.set(operatorId, told);
    return true;
  };
}
