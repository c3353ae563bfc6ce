/** Nothing else makes room in the outbox of a full Redis: whoever delivers it must get on. */
import { startRedis } from '@switchboard/testkit';
import { expect, test } from 'vitest';
import { framesOf, openOutboxFixture, read, setback, upTo } from './outbox.fixture.ts';

test('a full Redis lets the outbox be delivered, and refuses a replay with nothing half done', async () => {
  const server = await startRedis();
  const fixture = await openOutboxFixture(server.url);
  const held = await fixture.hold('chat');
  for (const frame of ['1', '2', '3', '4']) await fixture.write('chat', frame);
  const [one, two, three, four] = await read(held, 4);
  await held.park([one!], setback());
  await fixture.redis.config('SET', 'maxmemory', '1');

  await held.park([two!], setback());
  await held.renew(60_000);
  await held.acknowledgeParked('chat', [one!]);
  await held.bury(two!, { failure: { reason: 'no', status: 422 }, attempts: 1 });
  await held.acknowledge([three!]);
  expect(framesOf(await read(held, 4))).toEqual(['4']);
  const before = await fixture.everything();
  await expect(fixture.outbox.replay('all')).rejects.toMatchObject({ executed: 'no' });
  expect(await fixture.everything()).toEqual(before);

  await fixture.redis.config('SET', 'maxmemory', '0');
  expect(await fixture.outbox.replay('all')).toBe(1);
  await held.acknowledge([four!]);
  expect(framesOf(await held.readParked('chat', upTo(4)))).toEqual(['2']);
  await fixture.close();
  await server.stop();
});
