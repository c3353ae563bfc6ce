/** An operator at the desk: by keys alone, told of what happens elsewhere, and with more chats than fit. */
import { expect, test } from 'vitest';
import { close, expectMessages, openChat, type Theatre } from './theatre.ts';

/** Ingress takes 10 000 messages of one chat in 10 s and more: `CONSOLE_CHATS=5000 CONSOLE_MESSAGES=10000` does that. */
const chatsCount = Number(process.env['CONSOLE_CHATS'] ?? 1_000);
const messagesCount = Number(process.env['CONSOLE_MESSAGES'] ?? 700);

export const deskStories = ({ stage, people }: Theatre): void => {
  test('by keys alone a chat is found, opened and answered; colleagues, notifications and an end are told of', async () => {
    const [chatId, colleagueId] = [stage.name('chat'), stage.name('colleague')];
    const user = { id: 'barbara', role: 'client', name: 'Barbara' };
    await stage.backend.say(chatId, { text: 'Hello', user });
    const [operator, colleague] = await Promise.all([
      people.operator({ name: 'Edsger' }),
      stage.cast.operator(chatId, { edge: 0, id: colleagueId }),
      stage.cast.desk({ edge: 0, id: colleagueId }),
    ]);
    const { page } = operator;
    await page.locator('.chat-row', { hasText: 'Barbara' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('barbara');
    await page.getByText(/^1 (chat|of )/u).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.conversation .state-live').waitFor();
    await page.keyboard.press('r');
    await page.keyboard.type('Good morning');
    await page.keyboard.press('Enter');
    await expectMessages(operator, ['Hello', 'Good morning']);
    colleague.sendFrame('updateTyping', { is_typing: true });
    await page.getByText('is answering this chat').waitFor();

    await stage.backend.post('/update/operators', [{ id: colleagueId, status: 'away' }]);
    const team = page.locator('summary', { hasText: 'Operators online' });
    await team.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('listitem').filter({ hasText: colleagueId }).getByText('away').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.menu[open]').waitFor({ state: 'detached' });

    const otherId = stage.name('chat');
    await stage.backend.post('/notifications/chat', {
      id: otherId,
      operator_user: { id: 'edsger' },
      notification: { title: 'Waiting for 5 minutes', text: 'Alan has written twice' },
    });
    const card = page.locator('.toast', { hasText: 'Waiting for 5 minutes' });
    await card.waitFor();
    await page.locator('summary', { hasText: 'Notifications' }).click();
    await card.waitFor({ state: 'hidden' });
    await page.getByRole('listitem').getByRole('button', { name: 'Open chat' }).click();
    await page.locator('.conversation', { hasText: otherId }).locator('.state-live').waitFor();
    await stage.backend.post('/sessions/disconnect', { chat_id: otherId });
    await page.getByRole('button', { name: 'Open it again' }).click();
    await page.getByLabel('Answer').waitFor();
    expect(operator.problems).toEqual([]);
    await close(operator);
  });
};

export const crowdStories = ({ stage, people }: Theatre): void => {
  const post = async (count: number, item: (index: number) => object) => {
    const items = Array.from({ length: count }, (_, index) => item(index));
    for (let from = 0; from < count; from += 1_000)
      await stage.backend.post('/batch', items.slice(from, from + 1_000));
  };

  test('long lists are shown by a few rows, filtered, and the newest message stays in sight', async () => {
    const chatId = stage.name('chat');
    const user = { id: 'many', role: 'client', name: 'Many' };
    const operator = await people.operator({ name: 'Mary' });
    const { page } = operator;
    await page.getByText('No chat').or(page.locator('.chat-row')).first().waitFor();
    await post(chatsCount, (index) => ({
      path: '/update/chat',
      body: {
        id: `many-${index}`,
        client_user: { id: `v${index}`, name: `Visitor ${index}` },
        widget: { id: `w${index % 2}`, name: index % 2 === 0 ? 'Shop' : 'Blog' },
        department: { id: `d${index % 5}`, name: `Department ${index % 5}` },
      },
    }));
    const search = page.locator('#chat-search');
    await search.fill(`Visitor ${chatsCount - 1}`);
    await page.getByText('1 of ').waitFor();
    await search.fill('');
    await page.getByLabel('Widget').selectOption('Shop');
    await page.getByText(`${chatsCount / 2} of `).waitFor();
    await page.getByLabel('Department').selectOption('Department 3');
    await page.getByText(`${chatsCount / 10} of `).waitFor();
    const tags = await page.locator('.chat-row-tags').allTextContents();
    expect(new Set(tags)).toEqual(new Set(['Department 3Shop']));
    await page.getByLabel('Widget').selectOption('');
    await page.getByLabel('Department').selectOption('');

    await stage.backend.say(chatId, { text: 'first', user });
    await openChat(operator, 'Many');
    await post(messagesCount, (index) => ({
      path: '/message',
      body: {
        id: `${chatId}-${index}`,
        chat_id: chatId,
        type: 'standard',
        text: `No. ${index}`,
        user,
      },
    }));
    await page.locator('.message', { hasText: `No. ${messagesCount - 1}` }).waitFor();
    expect(await page.locator('.message').count()).toBeLessThan(60);
    expect(await page.locator('.chat-row').count()).toBeLessThan(60);
    await page.getByRole('log').focus();
    await page.keyboard.press('Home');
    await page.locator('.message', { hasText: 'first' }).waitFor();
    expect(operator.problems).toEqual([]);
    await close(operator);
  });
};
