/** The browser of the machine, without what reaches out of it. */
import { findChromium } from '@switchboard/testkit';
import { chromium, type Browser } from 'playwright-core';

/** A bare machine may have to get the browser first. */
export const gettingBrowserMs = 600_000;

/** @param debuggingPort for further connections; default: none are taken */
export const launchBrowser = async (debuggingPort?: number): Promise<Browser> => {
  const executablePath = await findChromium((line) => process.stderr.write(`${line}\n`));
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...(debuggingPort === undefined ? [] : [`--remote-debugging-port=${debuggingPort}`]),
    ],
  });
};

/**
 * The same browser once more. To the pages of a browser that it has launched Playwright says that they have
 * the focus, for good: these are never hidden and never freeze. Those of the first context here do.
 */
export const connectPlainly = (debuggingPort: number): Promise<Browser> =>
  chromium.connectOverCDP(`http://127.0.0.1:${debuggingPort}`, { noDefaults: true });
