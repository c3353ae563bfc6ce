import { afterEach, expect, test, vi } from 'vitest';
import { watchPage } from './page-signals.ts';

afterEach(() => vi.unstubAllGlobals());

test('a page that is shown again, resumed, or on another network wakes the client, until it stops', () => {
  const page = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
  const connection = new EventTarget();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  vi.stubGlobal('document', document);
  vi.stubGlobal('navigator', { connection });
  const wake = vi.fn<() => void>();
  const stop = watchPage(wake);
  const everything = () => {
    for (const type of ['online', 'pageshow']) page.dispatchEvent(new Event(type));
    for (const type of ['visibilitychange', 'resume']) document.dispatchEvent(new Event(type));
    connection.dispatchEvent(new Event('change'));
  };
  everything();
  expect(wake).toHaveBeenCalledTimes(4);
  document.visibilityState = 'visible';
  everything();
  expect(wake).toHaveBeenCalledTimes(9);
  stop();
  everything();
  expect(wake).toHaveBeenCalledTimes(9);
});

test('where there is no page nothing is watched', () => {
  expect(() => watchPage(() => undefined)()).not.toThrow();
});
