/** A primary that hands over: its writes wait, and its replicas have all that it had acknowledged. */
import type { Redis } from '../redis.ts';
import { clientOf, infoOf, until } from './servers.ts';

/** Then they go on by themselves, should whoever asked for it have died. */
const pauseMaxMs = 10_000;

/**
 * Does `work` while no write is executed and every replica has all of them; then writes go on, or are
 * refused by a server that is no primary any more. A promotion by Sentinel alone loses what the old
 * primary takes between the choice of the replica and its own end.
 */
export const whileWritesWait = async (
  primary: Redis,
  replicas: readonly Redis[],
  work: () => Promise<void>,
): Promise<void> => {
  const client = clientOf(primary);
  await client.call('CLIENT', 'PAUSE', pauseMaxMs, 'WRITE');
  try {
    const written = Number(await infoOf(primary, 'master_repl_offset'));
    await until('the replicas have all', async () => {
      const read = await Promise.all(replicas.map((one) => infoOf(one, 'slave_repl_offset')));
      return read.every((offset) => Number(offset) >= written);
    });
    await work();
  } finally {
    await client.call('CLIENT', 'UNPAUSE');
  }
};
