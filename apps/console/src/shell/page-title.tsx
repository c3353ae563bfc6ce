/** The title of the tab: where one is, and how many chats are unread, for who looks at another tab. */
import { useEffect } from 'preact/hooks';
import type { Desk } from '../desk/desk.ts';
import type { View } from './route.ts';

const titles: Readonly<Record<View, string>> = {
  start: 'Switchboard console',
  desk: 'Desk · Switchboard',
  cluster: 'Cluster · Switchboard',
};

export function PageTitle({ view, desk }: { view: View; desk: Desk | undefined }) {
  void desk?.beat.value;
  const unread = desk?.chats.unread ?? 0;
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${titles[view]}`;
  }, [unread, view]);
  return null;
}
