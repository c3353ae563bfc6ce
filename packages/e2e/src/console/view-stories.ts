/** How the views look: to axe, on a telephone, in the dark; and how much of them has to be loaded. */
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { overflowOf, violationsOf, type Side } from './pages.ts';
import { close, openChat, type Theatre } from './theatre.ts';

const expectNoViolations = async ({ page }: Side) => {
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await violationsOf(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await violationsOf(page, ['color-contrast', 'target-size'])).toEqual([]);
  expect(await overflowOf(page)).toBeLessThanOrEqual(0);
};

const groundOf = ({ page }: Side): Promise<string> =>
  page.evaluate<string>('getComputedStyle(document.body).backgroundColor');

export const viewStories = ({ stage, people }: Theatre): void => {
  test('every view is accessible, in light and dark, and fits 360 px', async () => {
    const chatId = stage.name('chat');
    const user = { id: 'axel', role: 'client', name: 'Axel' };
    await stage.backend.say(chatId, { text: 'Hello', user });
    const sides = await Promise.all([
      people.operator({ name: 'Katherine' }),
      people.visitor(chatId, { name: 'Axel' }),
      people.cluster(),
      people.open(`${stage.cluster.ingress.url}/console/`),
    ]);
    const [operator, visitor, figures, start] = sides;
    await openChat(operator, 'Axel');
    await operator.page.locator('.message').first().waitFor();
    await visitor.page.locator('.message').first().waitFor();
    await figures.page.locator('tbody tr').first().waitFor();
    const menu = operator.page.locator('.menu').first();
    await menu.locator('summary').click();
    await Promise.all(sides.map(expectNoViolations));
    const { x, width } = (await menu.locator('.menu-panel').boundingBox())!;
    expect([x >= 0, x + width <= 360]).toEqual([true, true]);
    await operator.page.keyboard.press('Escape');
    await operator.page.getByRole('button', { name: 'Back to the chats' }).click();
    expect(await overflowOf(operator.page)).toBeLessThanOrEqual(0);

    const dark = await groundOf(start);
    await start.page.getByRole('button', { name: 'Switch to light colours' }).click();
    await start.page.reload();
    await start.page.getByRole('button', { name: 'Switch to dark colours' }).waitFor();
    expect(await groundOf(start)).not.toBe(dark);
    await close(...sides);
  });

  test('the first view is less than 100 KB of script', async () => {
    const site = new URL('../../../../apps/console/dist/site/', import.meta.url);
    const bytesOf = async (name: string) => gzipSync(await readFile(new URL(name, site))).length;
    const [widget, desk] = await Promise.all([bytesOf('widget.js'), bytesOf('console.js')]);
    process.stderr.write(`widget ${widget} bytes, desk ${desk} bytes of script, gzipped\n`);
    expect(widget).toBeLessThan(40_000);
    expect(desk).toBeLessThan(60_000);
  });
};
