/** Moments at which a browser's page should look after its connection. Nothing of it exists in Node. */
interface Target {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

interface Page extends Target {
  readonly document?: Target & { readonly visibilityState?: string };
  readonly navigator?: { readonly connection?: Target };
}

/**
 * Calls back when the page is shown again (it may have slept), when the network has come back, and
 * when it has changed (from Wi-Fi to mobile: the old connection may be dead without a word).
 */
export function watchPage(wake: () => void): () => void {
  const page = globalThis as unknown as Page;
  const { document, navigator } = page;
  const shown = () => {
    if (document?.visibilityState === 'visible') wake();
  };
  const watched: [Target | undefined, string, () => void][] = [
    [page, 'online', wake],
    // Also a page that comes back out of the back/forward cache.
    [page, 'pageshow', wake],
    [document, 'visibilitychange', shown],
    [document, 'resume', wake],
    [navigator?.connection, 'change', wake],
  ];
  for (const [target, type, listener] of watched) target?.addEventListener?.(type, listener);
  return () => {
    for (const [target, type, listener] of watched) target?.removeEventListener?.(type, listener);
  };
}
