import { expect, test } from 'vitest';
import { placeOf } from '../shell/place.ts';
import { watchCluster } from './watch.ts';

test('what nobody answers is a problem that is told, of a look as of a drain', async () => {
  // Port 9 of this machine: fetch refuses to go there.
  const place = placeOf({ origin: 'http://127.0.0.1:9', pathname: '/console/' });
  const watch = watchCluster(place, 'token', () => undefined);
  expect(await watch.drain('edge-1')).not.toBe('');
  await expect.poll(() => watch.problem.value).not.toBe('');
  watch.stop();
});
