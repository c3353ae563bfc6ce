/** Which view is shown: the fragment of the address, so that a reload and the back button keep it. */
import { signal, type ReadonlySignal } from '@preact/signals';

const views = ['start', 'desk', 'cluster'] as const;
export type View = (typeof views)[number];

export const viewOf = (fragment: string | undefined): View =>
  views.find((view) => `#/${view}` === fragment) ?? 'start';

export const fragmentOf = (view: View): string => `#/${view}`;

export function watchRoute(): ReadonlySignal<View> {
  const view = signal(viewOf(location.hash));
  addEventListener('hashchange', () => void (view.value = viewOf(location.hash)));
  return view;
}
