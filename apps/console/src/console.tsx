/** The console's page: takes over what the link has brought, then draws. */
import { render } from 'preact';
import { placeOf } from './shell/place.ts';
import { fragmentOf, viewOf, watchRoute } from './shell/route.ts';
import { Shell } from './shell/shell.tsx';
import { applyTheme } from './shell/theme.tsx';
import { readHandOver } from './sign-in/hand-over.ts';
import { openVault } from './sign-in/vault.ts';

applyTheme();
const vault = openVault(sessionStorage);
/** Before anything else runs: a token must not stay in the address, nor in the history. */
const takeOver = () => {
  const handOver = readHandOver(location.hash);
  if (handOver === undefined) return;
  vault.keep(handOver.credentials);
  history.replaceState(null, '', fragmentOf(viewOf(`#/${handOver.view ?? ''}`)));
};
takeOver();
// A link that is opened in a tab with the console changes the fragment only.
addEventListener('hashchange', takeOver);
const root = document.getElementById('console');
if (root !== null) {
  render(<Shell vault={vault} place={placeOf(location)} view={watchRoute()} />, root);
}
