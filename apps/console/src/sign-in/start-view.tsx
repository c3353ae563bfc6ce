/** The first page: sign in with a token, or take those that `npm start` has brought along. */
import { useState } from 'preact/hooks';
import { fragmentOf } from '../shell/route.ts';
import { readClaims } from './claims.ts';
import { edgeUrls } from './edge-urls.ts';
import { writeHandOver, type Credentials } from './hand-over.ts';
import type { Vault } from './vault.ts';

export function StartView({ vault }: { vault: Vault }) {
  const credentials = vault.credentials.value;
  const hasDemo = credentials.visitor !== undefined && credentials.operator !== undefined;
  return (
    <main class="start">
      <h1>Switchboard console</h1>
      {hasDemo ? <DemoCards credentials={credentials} /> : <SignInForm vault={vault} />}
    </main>
  );
}

function DemoCards({ credentials }: { credentials: Credentials }) {
  const { visitor, visitorEdge, operatorEdge } = credentials;
  const visitorPage = `demo.html${writeHandOver({
    ...(visitor !== undefined && { visitor }),
    ...(visitorEdge !== undefined && { visitorEdge }),
  })}`;
  return (
    <>
      <p class="lead">
        A cluster runs on this machine. Open both sides of a conversation and let them talk: each is
        connected to another edge.
      </p>
      <div class="cards">
        <a class="card" href={fragmentOf('desk')}>
          <h2>Operator’s desk</h2>
          <p>
            {nameIn(credentials.operator)} answers chats. Connected to {hostOf(operatorEdge)}.
          </p>
        </a>
        <a class="card" href={visitorPage} target="_blank" rel="noreferrer">
          <h2>Visitor’s site</h2>
          <p>
            {nameIn(visitor)} asks in a shop, in a new tab. Connected to {hostOf(visitorEdge)}.
          </p>
        </a>
        <a class="card" href={fragmentOf('cluster')}>
          <h2>Cluster</h2>
          <p>Edges, messages per second, delivery latency; drain an edge and see nobody notice.</p>
        </a>
      </div>
    </>
  );
}

const nameIn = (token: string | undefined): string => {
  const claims = token === undefined ? undefined : readClaims(token);
  return claims?.name ?? claims?.sub ?? '';
};

const hostOf = (url: string | undefined): string =>
  url === undefined ? 'this origin' : new URL(edgeUrls(url)()).host;

function SignInForm({ vault }: { vault: Vault }) {
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState('');
  const signIn = (event: SubmitEvent) => {
    event.preventDefault();
    const claims = readClaims(token);
    if (claims?.role !== 'operator')
      return setProblem(
        claims === undefined
          ? 'This is no token.'
          : 'This token is a visitor’s, not an operator’s.',
      );
    vault.keep({ operator: token.trim() });
    location.hash = fragmentOf('desk');
  };
  return (
    <form class="sign-in" onSubmit={signIn}>
      <label for="token">Operator’s token</label>
      <textarea
        id="token"
        rows={4}
        spellcheck={false}
        autocomplete="off"
        aria-describedby="token-help"
        aria-invalid={problem !== ''}
        value={token}
        onInput={(event) => setToken(event.currentTarget.value)}
      />
      <p id="token-help" class="muted">
        A JWT that your backend signs, with the role “operator”. It stays in this tab and is gone
        with it.
      </p>
      <p class="problem" role="alert">
        {problem}
      </p>
      <button type="submit" class="button is-primary" disabled={token.trim() === ''}>
        Open the desk
      </button>
      <a class="link" href={fragmentOf('cluster')}>
        To the cluster’s figures
      </a>
    </form>
  );
}
