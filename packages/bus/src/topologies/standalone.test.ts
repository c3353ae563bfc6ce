import { setTimeout as delay } from 'node:timers/promises';
import { startRedis, type Redis } from '@switchboard/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { record, roomEvent } from '../log/log.fixture.ts';
import { openPair, until, type Pair } from './talk.fixture.ts';

let redis: Redis;
let pair: Pair;
beforeEach(async () => {
  redis = await startRedis();
  pair = await openPair(redis.url);
});
afterEach(async () => {
  await pair.close();
  await redis.stop();
});

const append = (text: string) =>
  pair.speaker.log.append({ event: roomEvent('chat', text), deadlineMs: 300 });

const bothReady = () => pair.speaker.health().ready && pair.listener.health().ready;

test('while Redis is frozen calls settle by their deadline and readiness turns red; nothing is executed after it', async () => {
  const heard = record();
  const follow = pair.listener.log.followRoom('chat', heard);
  await follow.ready;
  await append('before');
  await redis.kill('SIGSTOP');
  const startMs = performance.now();
  await expect(append('given up')).rejects.toMatchObject({ executed: 'unknown' });
  expect(performance.now() - startMs).toBeLessThan(1_000);
  await until(
    'both are red',
    () => !pair.speaker.health().ready && !pair.listener.health().ready,
    5_000,
  );
  await redis.kill('SIGCONT');
  await until('both are ready again', bothReady, 5_000);
  await append('after');
  await until('the last is heard', () => heard.seen.at(-1) === 'after');
  expect(heard.seen).toEqual(['before', 'after']);
});

test('while Redis is gone calls are refused at once; what it lost is told when it is back', async () => {
  const heard = record();
  const follow = pair.listener.log.followRoom('chat', heard);
  await follow.ready;
  await append('lost');
  await until('it is heard', () => heard.seen.length === 1);
  await redis.kill();
  await delay(50);
  const startMs = performance.now();
  await expect(append('refused')).rejects.toMatchObject({ executed: 'no' });
  expect(performance.now() - startMs).toBeLessThan(200);
  const again = await startRedis({ port: redis.port });
  try {
    await until('the loss is told', () => heard.seen.length === 2);
    await append('new');
    await until('the last is heard', () => heard.seen.length === 3);
    expect(heard.seen).toEqual(['lost', 'LOST', 'new']);
  } finally {
    await again.stop();
  }
});
