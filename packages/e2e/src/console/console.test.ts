/** The console in real browsers: a visitor and an operator over two edges, and what happens to these. */
import { buildConsole, findFreePort } from '@switchboard/testkit';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { connectPlainly, gettingBrowserMs, launchBrowser } from '../browser.ts';
import { raiseStage } from '../stage.ts';
import { crowdStories, deskStories } from './desk-stories.ts';
import { edgeStories } from './edge-stories.ts';
import { networkStories } from './network-stories.ts';
import { gatherPeople } from './pages.ts';
import { talkStories } from './talk-stories.ts';
import type { Theatre } from './theatre.ts';
import { tokenStories } from './token-stories.ts';
import { viewStories } from './view-stories.ts';

/** Browsers and axe use a core each, and the machine may have two for many. */
const busyMachineMs = 150_000;

let browser: Browser;
let plainBrowser: Browser;

beforeAll(buildConsole);
const stage = raiseStage({
  concurrent: true,
  env: {
    DRAIN_WAIT_MS: '0',
    DRAIN_WINDOW_MS: '500',
    BASE_PATH: '/support',
    CONSOLE_SOCKETS: 'ws://127.0.0.1:*',
  },
});
beforeAll(async () => {
  const debuggingPort = await findFreePort();
  browser = await launchBrowser(debuggingPort);
  plainBrowser = await connectPlainly(debuggingPort);
}, gettingBrowserMs);
afterAll(() => browser?.close());

const people = gatherPeople({
  browser: () => browser,
  plainBrowser: () => plainBrowser,
  cluster: () => stage.cluster,
});
const theatre: Theatre = { stage, people };

// They mostly wait, and have chats and operators of their own.
describe.concurrent('at the same time', { timeout: busyMachineMs }, () => {
  networkStories(theatre);
  tokenStories(theatre);
  talkStories(theatre);
  deskStories(theatre);
});
describe('one after the other', { timeout: busyMachineMs }, () => {
  viewStories(theatre);
  crowdStories(theatre);
  edgeStories(theatre);
});
