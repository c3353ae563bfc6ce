/** Where the stories of the console play, and what people do on its pages. */
import { expect, vi } from 'vitest';
import type { Stage } from '../stage.ts';
import { messagesOn, type People, type Side } from './pages.ts';

/** There from the first test on. */
export interface Theatre {
  readonly stage: Stage;
  readonly people: People;
}

/** Less than what the client waits, in a page that nothing wakes, until it asks for a sign of life. */
const patienceMs = 20_000;

export const write = async ({ page }: Side, text: string): Promise<void> => {
  await page.locator('textarea').fill(text);
  await page.keyboard.press('Enter');
};

/** @param title of the chat: its visitor's name, which each story has for itself */
export const openChat = async ({ page }: Side, title: string): Promise<void> => {
  await page.locator('.chat-row', { hasText: title }).first().click();
  await page.locator('.conversation .state-live').waitFor();
};

export const close = async (...sides: readonly Side[]): Promise<void> => {
  await Promise.all(sides.map((side) => side.close()));
};

/** `expect.poll` wants to know its test, which it cannot where several run at a time. */
export const eventually = (look: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(look, { timeout: patienceMs, interval: 50 });

export const expectMessages = ({ page }: Side, texts: readonly string[]): Promise<void> =>
  eventually(async () => expect(await messagesOn(page)).toEqual(texts));

/** Which one of two came first nobody can tell, but both sides say the same. */
export const expectOneOrder = async (
  one: Side,
  other: Side,
  texts: readonly string[],
): Promise<void> => {
  await eventually(async () =>
    expect((await messagesOn(one.page)).toSorted()).toEqual(texts.toSorted()),
  );
  await expectMessages(other, await messagesOn(one.page));
};
