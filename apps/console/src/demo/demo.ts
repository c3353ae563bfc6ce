/** The demo page: takes the visitor's token out of the address and embeds the widget with it, as a site would. */
import { readHandOver } from '../sign-in/hand-over.ts';
import { openVault } from '../sign-in/vault.ts';

const vault = openVault(sessionStorage);
const takeOver = (): boolean => {
  const handOver = readHandOver(location.hash);
  if (handOver === undefined) return false;
  vault.keep(handOver.credentials);
  history.replaceState(null, '', location.pathname);
  return true;
};
takeOver();
// A link that is opened in a tab with this page changes the fragment only; the widget has its token.
addEventListener('hashchange', () => {
  if (takeOver()) location.reload();
});
const { visitor, visitorEdge } = vault.credentials.value;
if (visitor !== undefined) {
  const script = document.createElement('script');
  script.src = 'widget.js';
  script.dataset['token'] = visitor;
  script.dataset['preview'] = 'true';
  if (visitorEdge !== undefined) script.dataset['url'] = visitorEdge;
  document.body.append(script);
} else {
  document.getElementById('without-token')?.removeAttribute('hidden');
  document.getElementById('with-token')?.remove();
}
