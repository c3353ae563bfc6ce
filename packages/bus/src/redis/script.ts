/**
 * A Lua script as a typed call. ioredis sends it by its digest and loads it where it is missing.
 *
 * A call that meets a Redis without the script is sent a second time and may be overtaken by calls
 * made after it: who needs order awaits the first.
 */
import type { Cluster, Redis } from 'ioredis';

export type RedisCommands = Redis | Cluster;
export type ScriptArg = string | number | Buffer;

export interface Script<Args extends readonly ScriptArg[], Reply> {
  run(redis: RedisCommands, keys: readonly string[], args: Args): Promise<Reply>;
  /** The same with Buffers where `run` answers strings. */
  runBuffer(redis: RedisCommands, keys: readonly string[], args: Args): Promise<unknown>;
}

type Call = (...args: readonly ScriptArg[]) => Promise<unknown>;

/** @param name unique in the bus. @param keyCount `any`: as many keys as each call gives. */
export function defineScript<Args extends readonly ScriptArg[], Reply>(
  name: string,
  keyCount: number | 'any',
  lua: string,
): Script<Args, Reply> {
  const definition = keyCount === 'any' ? { lua } : { lua, numberOfKeys: keyCount };
  const call = async (
    redis: RedisCommands,
    command: string,
    keys: readonly string[],
    args: Args,
  ) => {
    const commands = redis as unknown as Record<string, Call | undefined>;
    if (!commands[name]) redis.defineCommand(name, definition);
    const counted = keyCount === 'any' ? [keys.length, ...keys] : keys;
    return (commands[command] as Call).call(redis, ...counted, ...args);
  };
  return {
    run: (redis, keys, args) => call(redis, name, keys, args) as Promise<Reply>,
    runBuffer: (redis, keys, args) => call(redis, `${name}Buffer`, keys, args),
  };
}
