/** The browser of the machine, without what reaches out of it. */
import { findChromium } from '@switchboard/testkit';
import { chromium, type Browser } from 'playwright-core';

/** A bare machine may have to get the browser first. */
export const gettingBrowserMs = 600_000;

export const launchBrowser = async (): Promise<Browser> => {
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
    ],
  });
};
