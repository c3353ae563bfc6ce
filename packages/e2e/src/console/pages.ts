/** The console's two sides as people have them: each in a browser of its own, each at its own edge first. */
import { mintToken, type Cluster, type TokenClaims } from '@switchboard/testkit';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';

export interface Side {
  readonly page: Page;
  /** What the page complained of. */
  readonly problems: string[];
  close(): Promise<void>;
}

/** A name that nobody else has in the file: in small letters it is the id. */
export interface Person {
  readonly name: string;
  /** Of which each attempt to connect takes the next; default: all, the own one first. */
  readonly edges?: readonly string[];
  /** Seconds. Default: longer than any story. */
  readonly tokenLifeS?: number;
}

export interface TabOptions {
  /** What the tab's `sessionStorage` has of an earlier page. */
  readonly storage?: Readonly<Record<string, string>>;
  /** It can be frozen; one at a time. */
  readonly canSleep?: boolean;
}

export interface VisitorOptions extends Person, TabOptions {}

export interface People {
  /** A desk, at the last edge first. */
  operator(person: Person): Promise<Side>;
  /** The demo page with the chat open, at the first edge first. */
  visitor(chatId: string, options: VisitorOptions): Promise<Side>;
  cluster(): Promise<Side>;
  /** Any page in a context of its own. */
  open(url: string, options?: TabOptions): Promise<Side>;
}

/** All are asked for when somebody comes: they are there from the first test on. */
export interface Venue {
  readonly browser: () => Browser;
  /** By `connectPlainly`. */
  readonly plainBrowser: () => Browser;
  readonly cluster: () => Cluster;
}

export const gatherPeople = ({ browser, plainBrowser, cluster }: Venue): People => {
  const console = () => `${cluster().ingress.url}/console/`;
  const edges = () => cluster().edges.map(({ url }) => url);
  const mint = (claims: TokenClaims, lifeS?: number) =>
    mintToken(cluster().authSecret, claims, lifeS);
  const ownTab = async () => {
    const context = await browser().newContext({ viewport: { width: 1280, height: 800 } });
    return openPage(context, () => context.close());
  };
  const sleepyTab = async () => openPage(plainBrowser().contexts()[0]!, (page) => page.close());
  const open: People['open'] = async (url, { storage = {}, canSleep = false } = {}) => {
    const side = await (canSleep ? sleepyTab() : ownTab());
    await side.page.addInitScript((before) => Object.assign(sessionStorage, before), storage);
    await side.page.goto(url);
    return side;
  };
  return {
    open,
    async operator({ name, edges: own = edges().toReversed(), tokenLifeS }) {
      const claims = { sub: name.toLowerCase(), role: 'operator', name } as const;
      const operator = await mint(claims, tokenLifeS);
      const given = { operator, operator_edge: own.join(), view: 'desk' };
      return open(console() + fragment(given));
    },
    async visitor(chatId, { name, edges: own = edges(), tokenLifeS, ...tab }) {
      const claims = { sub: name.toLowerCase(), role: 'client', name, chat_id: chatId } as const;
      const visitor = await mint(claims, tokenLifeS);
      const given = { visitor, visitor_edge: own.join() };
      const side = await open(`${console()}demo.html${fragment(given)}`, tab);
      const button = side.page.getByRole('button', { name: /^(Open|Close) chat/u });
      await button.waitFor();
      if ((await button.getAttribute('aria-expanded')) === 'false') await button.click();
      return side;
    },
    cluster: () => open(console() + fragment({ api_token: cluster().apiToken, view: 'cluster' })),
  };
};

const fragment = (given: Record<string, string>): string =>
  `#${new URLSearchParams(given).toString()}`;

/** What a browser says by itself of an edge that is not there. */
const isLostConnection = (text: string): boolean => text.startsWith('WebSocket connection to');

const openPage = async (
  context: BrowserContext,
  close: (page: Page) => Promise<void>,
): Promise<Side> => {
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    const isProblem = ['error', 'warning'].includes(message.type());
    if (isProblem && !isLostConnection(message.text())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.addInitScript(noteShifts);
  return { page, problems, close: () => close(page) };
};

/** Writes down what moved without anybody having asked for it. */
const noteShifts = `
  globalThis.shifts = [];
  const place = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(' ');
  const told = ({ node, previousRect, currentRect }) =>
    (node?.parentElement?.className + ' > ' + (node?.className ?? node?.nodeName)) + ': ' + place(previousRect) + ' to ' + place(currentRect);
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput) globalThis.shifts.push(...sources.map(told));
  }).observe({ type: 'layout-shift', buffered: true });
`;

/** What has moved: the element, and its place (x, y, width, height) before and after. */
export const shiftsOf = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>('globalThis.shifts');

/** The violations of all rules of axe, or of some: rule and place. */
export const violationsOf = async (page: Page, rules?: readonly string[]): Promise<string[]> => {
  // Not as a script of the page's: its policy would forbid it.
  if (await page.evaluate('globalThis.axe === undefined')) await page.evaluate(axe.source);
  const options = { resultTypes: ['violations'], ...(rules !== undefined && { runOnly: rules }) };
  return page.evaluate<string[]>(
    `axe.run(${JSON.stringify(options)}).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target)))`,
  );
};

/** Texts of the messages that a page shows, without notes and the like. */
export const messagesOn = (page: Page): Promise<string[]> =>
  page.locator('.message-text').allTextContents();

/** Pixels that the page is wider than the window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
