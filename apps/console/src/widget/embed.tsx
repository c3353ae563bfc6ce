/**
 * The whole of what a site embeds, by one tag:
 * `<script src="https://chat.example.com/console/widget.js" data-token-url="/chat-token" async></script>`
 *
 * It lives in a shadow root with its own styles, so that the site's and its own leave each other alone.
 * Its stylesheet is built in script, which a policy against inline styles does not forbid.
 */
import { render } from 'preact';
import { firstToken } from './first-token.ts';
import { readSettings, type WidgetGlobal, type WidgetSettings } from './settings.ts';
import { beginVisit } from './visit.ts';
import { WidgetView } from './widget-view.tsx';
import controls from '../../styles/controls.css';
import conversation from '../../styles/conversation.css';
import theme from '../../styles/base.css';
import own from '../../styles/widget.css';

async function start(settings: WidgetSettings): Promise<void> {
  const { claims, token } = await firstToken(settings.token, {
    wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    random: Math.random,
    // The site's own error reports have it, too.
    report: reportError,
  });
  const me = { id: claims.sub, role: 'client' as const, name: claims.name ?? 'You' };
  const visit = beginVisit({
    settings: { ...settings, token },
    me,
    chatId: claims.chat_id,
    storage: sessionStorage,
  });
  render(<WidgetView visit={visit} title={settings.title} />, mount());
}

function mount(): ShadowRoot {
  const host = document.createElement('switchboard-widget');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync([theme, controls, conversation, own].join('\n'));
  root.adoptedStyleSheets = [sheet];
  document.body.append(host);
  return root;
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  const { switchboardWidget } = globalThis as { switchboardWidget?: WidgetGlobal };
  start(readSettings(script, switchboardWidget)).catch(reportError);
}
