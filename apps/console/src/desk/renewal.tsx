/** Asks for a new token when the one at hand ends: the connections go on with it. */
import { useState } from 'preact/hooks';
import { readClaims } from '../sign-in/claims.ts';
import type { TokenRenewal } from '../sign-in/token-renewal.ts';

export function Renewal({ renewal }: { renewal: TokenRenewal }) {
  const [token, setToken] = useState('');
  const wanted = renewal.wanted.value;
  if (wanted === undefined) return null;
  const isGood = readClaims(token)?.role === 'operator';
  return (
    <form
      class="banner is-warning renewal"
      onSubmit={(event) => {
        event.preventDefault();
        setToken('');
        renewal.give(token.trim());
      }}
    >
      <label for="renewal">
        {wanted === 'expiring' ? 'Your token ends within a minute.' : 'Your token has ended.'} Paste
        a new one to go on:
      </label>
      <input
        id="renewal"
        type="password"
        autocomplete="off"
        value={token}
        onInput={(event) => setToken(event.currentTarget.value)}
      />
      <button type="submit" class="button is-primary" disabled={!isGood}>
        Go on
      </button>
    </form>
  );
}
