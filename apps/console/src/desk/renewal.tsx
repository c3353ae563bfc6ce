/** Asks for a new token when the one at hand ends or may be refused: the connections go on with it. */
import { useState } from 'preact/hooks';
import { readClaims } from '../sign-in/claims.ts';
import type { TokenRenewal, Wanted } from '../sign-in/token-renewal.ts';

const texts: Readonly<Record<Wanted, string>> = {
  expiring: 'Your token ends within a minute. Paste a new one to go on:',
  expired: 'Your token has ended. Paste a new one to go on:',
  doubted:
    'No connection yet; it is tried again. If it is your token that is refused, paste a new one:',
};

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
      <label for="renewal">{texts[wanted]}</label>
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
