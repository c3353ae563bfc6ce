/** The deployment's layout: fixed when it is created, compared at every start. */
import type { Keys } from './redis/keys.ts';
import { within } from './redis/call.ts';
import { type RedisCommands, defineScript } from './redis/script.ts';

/** Raised when keys or what is in them change so that old and new nodes cannot share them. */
export const LAYOUT_VERSION = 1;

const DEADLINE_MS = 3_000;

/** This node does not fit the deployment: it must not start. */
export class LayoutMismatch extends Error {
  override readonly name = 'LayoutMismatch';
}

/** KEYS cluster · ARGV partitions, layout version → partitions and version of the deployment */
const claimScript = defineScript<[number, number], [partitions: string, version: string]>(
  'sbLayout',
  1,
  `
if redis.call('HEXISTS', KEYS[1], 'partitions') == 0 then
  redis.call('HSET', KEYS[1], 'partitions', ARGV[1], 'layout', ARGV[2], 'created', redis.call('TIME')[1])
end
return redis.call('HMGET', KEYS[1], 'partitions', 'layout')
`,
);

/**
 * Creates the deployment or compares this node with it.
 * @throws LayoutMismatch, BusUnavailable
 */
export async function claimLayout(redis: RedisCommands, keys: Keys): Promise<void> {
  const claim = claimScript.run(redis, [keys.cluster()], [keys.partitions, LAYOUT_VERSION]);
  const [partitions, version] = await within(DEADLINE_MS, claim);
  if (Number(partitions) !== keys.partitions) {
    throw new LayoutMismatch(
      `PARTITIONS is ${keys.partitions}, but this deployment was created with ${partitions}`,
    );
  }
  if (Number(version) !== LAYOUT_VERSION) {
    throw new LayoutMismatch(
      `this build uses layout ${LAYOUT_VERSION}, but the deployment has layout ${version}`,
    );
  }
}
