/** The pages of ingress as a browser takes them: their own strict policy must not break them. */
import { startCluster, type Cluster } from '@switchboard/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gettingBrowserMs, launchBrowser } from './browser.ts';

let cluster: Cluster;
let browser: Browser;

beforeAll(async () => {
  cluster = await startCluster({ edges: 0, env: { BASE_PATH: '/support' } });
  browser = await launchBrowser();
}, gettingBrowserMs);

afterAll(async () => {
  await browser?.close();
  await cluster?.stop();
});

const open = async (path: string): Promise<{ page: Page; problems: string[] }> => {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    const isOwn = protocol === 'data:' || origin === new URL(cluster.ingress.url).origin;
    if (!isOwn) problems.push(`loads ${request.url()}`);
  });
  await page.goto(cluster.ingress.url + path);
  return { page, problems };
};

test('/docs lists the operations and tries one with a token', async () => {
  const { page, problems } = await open('/docs');
  await page.getByRole('button', { name: 'Authorize' }).click();
  await page.locator('.auth-container input').fill(cluster.apiToken);
  await page.locator('.modal-btn.authorize').click();
  await page.locator('.modal-btn.btn-done').click();
  const operation = page.locator('#operations-Operators-getOnlineUsers');
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Try it out' }).click();
  await operation.getByRole('button', { name: 'Execute' }).click();
  const status = operation.locator('.live-responses-table .response-col_status').last();
  await expect.poll(() => status.textContent(), { timeout: 10_000 }).toContain('200');
  expect(problems).toEqual([]);
});

test('/docs/async is readable in light and dark, and on a telephone', async () => {
  const { page, problems } = await open('/docs/async');
  await page.locator('nav a', { hasText: 'sendMessage' }).click();
  expect(await page.locator('#operation-sendMessage h3').isVisible()).toBe(true);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const [ink, paper] = await page.evaluate<string[]>(
      '{ const { color, backgroundColor } = getComputedStyle(document.body); [color, backgroundColor] }',
    );
    expect(contrast(ink ?? '', paper ?? '')).toBeGreaterThan(7);
  }
  await page.setViewportSize({ width: 360, height: 700 });
  const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  expect(overflow).toBeLessThanOrEqual(0);
  expect(problems).toEqual([]);
});

/** WCAG 2.2: the ratio of two relative luminances; 7 is level AAA. */
const contrast = (one: string, other: string): number => {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};

const luminance = (color: string): number => {
  const [r = 0, g = 0, b = 0] = (color.match(/\d+/gu) ?? []).map(Number).map(linear);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const linear = (channel: number): number => {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};
