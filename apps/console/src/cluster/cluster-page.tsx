/** The cluster's view, fetched when it is first opened: the desk does without its charts. */
import { useEffect, useState } from 'preact/hooks';
import type { Place } from '../shell/place.ts';
import type { Vault } from '../sign-in/vault.ts';
import { watchCluster, type ClusterWatch } from './watch.ts';
import type * as Views from './cluster-view.tsx';

export function ClusterPage({ vault, place }: { vault: Vault; place: Place }) {
  const { apiToken } = vault.credentials.value;
  const [refusal, setRefusal] = useState('');
  const [watch, setWatch] = useState<ClusterWatch>();
  const [views, setViews] = useState<typeof Views>();
  useEffect(() => void import('./cluster-view.tsx').then(setViews), []);
  useEffect(() => {
    if (apiToken === undefined || refusal !== '') return setWatch(undefined);
    const watching = watchCluster(place, apiToken, () => setRefusal('This token was refused.'));
    setWatch(watching);
    return watching.stop;
  }, [apiToken, place, refusal]);
  return (
    <main class="cluster">
      <h1 class="hidden">Cluster</h1>
      {watch !== undefined && views !== undefined ? (
        <views.ClusterView watch={watch} />
      ) : (
        (apiToken === undefined || refusal !== '') && (
          <TokenForm
            problem={refusal}
            onToken={(token) => {
              setRefusal('');
              vault.keep({ apiToken: token });
            }}
          />
        )
      )}
    </main>
  );
}

function TokenForm({ problem, onToken }: { problem: string; onToken: (token: string) => void }) {
  const [token, setToken] = useState('');
  return (
    <form
      class="token-form"
      onSubmit={(event) => {
        event.preventDefault();
        onToken(token.trim());
      }}
    >
      <h2>The cluster’s figures</h2>
      <label for="api-token">API token</label>
      <input
        id="api-token"
        type="password"
        autocomplete="off"
        aria-describedby="api-token-help"
        value={token}
        onInput={(event) => setToken(event.currentTarget.value)}
      />
      <p id="api-token-help" class="muted">
        One with which services call the API (<code>API_TOKENS</code>). It stays in this tab and is
        gone with it.
      </p>
      <p class="problem" role="alert">
        {problem}
      </p>
      <button type="submit" class="button is-primary" disabled={token.trim() === ''}>
        Show
      </button>
    </form>
  );
}
