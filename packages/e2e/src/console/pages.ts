/** The console's two sides as people have them: each in a browser of its own, each at its own edge first. */
import { mintToken, type Cluster } from '@switchboard/testkit';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

export interface Side {
  readonly page: Page;
  /** What the page complained of. */
  readonly problems: string[];
}

export interface People {
  /** The desk of `grace`, at the last edge. */
  operator(options?: BrowserContextOptions): Promise<Side>;
  /** The demo page with the chat open, at the first edge. */
  visitor(chatId: string, edges?: readonly string[]): Promise<Side>;
  cluster(): Promise<Side>;
  /** Any page in a context of its own. */
  open(url: string, options?: BrowserContextOptions): Promise<Side>;
}

export const gatherPeople = (browser: Browser, cluster: Cluster): People => {
  const console = `${cluster.ingress.url}/console/`;
  const edges = () => cluster.edges.map(({ url }) => url);
  const open: People['open'] = async (url, options = {}) => {
    const side = await openPage(browser, options);
    await side.page.goto(url);
    return side;
  };
  return {
    open,
    async operator(options) {
      const claims = { sub: 'grace', role: 'operator', name: 'Grace' } as const;
      const operator = await mintToken(cluster.authSecret, claims);
      const given = { operator, operator_edge: edges().toReversed().join(), view: 'desk' };
      return open(console + fragment(given), options);
    },
    async visitor(chatId, own = edges()) {
      const claims = { sub: 'ada', role: 'client', name: 'Ada', chat_id: chatId } as const;
      const visitor = await mintToken(cluster.authSecret, claims);
      const given = { visitor, visitor_edge: own.join() };
      const side = await open(`${console}demo.html${fragment(given)}`);
      await side.page.getByRole('button', { name: 'Open chat' }).click();
      return side;
    },
    cluster: () => open(console + fragment({ api_token: cluster.apiToken, view: 'cluster' })),
  };
};

const fragment = (given: Record<string, string>): string =>
  `#${new URLSearchParams(given).toString()}`;

/** What a browser says by itself of an edge that is not there. */
const isLostConnection = (text: string): boolean => text.startsWith('WebSocket connection to');

const openPage = async (browser: Browser, options: BrowserContextOptions): Promise<Side> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    const isProblem = ['error', 'warning'].includes(message.type());
    if (isProblem && !isLostConnection(message.text())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.addInitScript(countShifts);
  return { page, problems };
};

/** Sums up what moved without anybody having asked for it. */
const countShifts = `
  globalThis.shifts = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifts += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
`;

export const shiftsOf = (page: Page): Promise<number> => page.evaluate<number>('globalThis.shifts');

/** The violations of all rules of axe, or of some: rule and place. */
export const violationsOf = async (page: Page, rules?: readonly string[]): Promise<string[]> => {
  // Not as a script of the page's: its policy would forbid it.
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(
    `axe.run(${JSON.stringify(rules === undefined ? {} : { runOnly: rules })}).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target)))`,
  );
};

/** Texts of the messages that a page shows, without notes and the like. */
export const messagesOn = (page: Page): Promise<string[]> =>
  page.locator('.message-text').allTextContents();

/** Pixels that the page is wider than the window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate<number>('document.body.scrollWidth - innerWidth');
