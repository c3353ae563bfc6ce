/** How a connection is; as wide whatever it says, so that nothing moves. */
import type { ConnectionState, StateChange } from '@switchboard/client';

const texts: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting',
  catchingUp: 'Catching up',
  live: 'Live',
  waiting: 'Offline',
  closed: 'Closed',
};

export function ConnectionPill({ state, ending }: Pick<StateChange, 'state' | 'ending'>) {
  return (
    <p class={`pill is-connection state-${state}`} role="status">
      {ending === undefined ? texts[state] : `Closed: ${ending.reason.replaceAll('_', ' ')}`}
    </p>
  );
}
