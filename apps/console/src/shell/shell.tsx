/** What is around every view: the bar, and which view it is. */
import { useEffect, useMemo } from 'preact/hooks';
import type { ReadonlySignal } from '@preact/signals';
import { openDesk, type Desk } from '../desk/desk.ts';
import { DeskView } from '../desk/desk-view.tsx';
import { NoticesView } from '../desk/notices-view.tsx';
import { TeamView } from '../desk/team-view.tsx';
import { ClusterPage } from '../cluster/cluster-page.tsx';
import { readClaims } from '../sign-in/claims.ts';
import { StartView } from '../sign-in/start-view.tsx';
import { createTokenRenewal } from '../sign-in/token-renewal.ts';
import type { Vault } from '../sign-in/vault.ts';
import { ConnectionPill } from './connection-pill.tsx';
import { Icon } from './icon.tsx';
import { PageTitle } from './page-title.tsx';
import type { Place } from './place.ts';
import { fragmentOf, type View } from './route.ts';
import { ThemeButton } from './theme.tsx';

export interface ShellProps {
  readonly vault: Vault;
  readonly place: Place;
  readonly view: ReadonlySignal<View>;
}

export function Shell({ vault, place, view }: ShellProps) {
  const desk = useDesk(vault, place);
  const current = view.value === 'desk' && desk === undefined ? 'start' : view.value;
  return (
    <div class={`shell view-${current}`}>
      <PageTitle view={current} desk={desk} />
      <header class="bar">
        <a class="brand" href={fragmentOf('start')}>
          <img src="icon.svg" alt="" width="24" height="24" />
          <span>Switchboard</span>
        </a>
        <nav aria-label="Views">
          {desk !== undefined && <ViewLink view="desk" current={current} />}
          <ViewLink view="cluster" current={current} />
        </nav>
        {desk !== undefined && current === 'desk' && <DeskBar desk={desk} />}
        <ThemeButton />
        {(desk !== undefined || vault.credentials.value.apiToken !== undefined) && (
          <button
            type="button"
            class="button is-quiet"
            aria-label="Sign out"
            onClick={() => {
              vault.empty();
              location.hash = fragmentOf('start');
            }}
          >
            <Icon name="out" />
          </button>
        )}
      </header>
      {current === 'desk' && desk !== undefined && <DeskView desk={desk} />}
      {current === 'cluster' && <ClusterPage vault={vault} place={place} />}
      {current === 'start' && <StartView vault={vault} />}
    </div>
  );
}

const names = { desk: 'Desk', cluster: 'Cluster', start: 'Start' };

function ViewLink({ view, current }: { view: View; current: View }) {
  return (
    <a href={fragmentOf(view)} aria-current={view === current ? 'page' : undefined}>
      {names[view]}
    </a>
  );
}

function DeskBar({ desk }: { desk: Desk }) {
  return (
    <>
      <ConnectionPill {...desk.state.value} />
      <TeamView team={desk.team} />
      <NoticesView desk={desk} />
    </>
  );
}

/** The desk lives as long as its token: going to another view and back keeps what it knows. */
function useDesk(vault: Vault, place: Place): Desk | undefined {
  const { operator, operatorEdge } = vault.credentials.value;
  const desk = useMemo(() => {
    const claims = operator === undefined ? undefined : readClaims(operator);
    if (operator === undefined || claims?.role !== 'operator') return undefined;
    const renewal = createTokenRenewal(operator);
    const name = claims.name ?? claims.sub;
    const me = { id: claims.sub, role: 'operator' as const, name };
    return openDesk({ url: operatorEdge ?? place.sockets, renewal, me });
  }, [operator, operatorEdge, place]);
  useEffect(() => () => desk?.close(), [desk]);
  return desk;
}
