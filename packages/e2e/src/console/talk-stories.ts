/** A visitor and operators who talk. */
import { expect, test } from 'vitest';
import { shiftsOf } from './pages.ts';
import { close, eventually, expectMessages, openChat, write, type Theatre } from './theatre.ts';

export const talkStories = ({ stage, people }: Theatre): void => {
  test('a conversation: receipts, typing with preview, notes, a reload, and nothing moves by itself', async () => {
    const chatId = stage.name('chat');
    const [operator, visitor] = await Promise.all([
      people.operator({ name: 'Grace' }),
      people.visitor(chatId, { name: 'Ada' }),
    ]);
    expect(operator.page.url()).not.toContain('ey');
    expect(visitor.page.url()).not.toContain('ey');
    // A link that is pasted into the open page changes its fragment only.
    await operator.page.evaluate(`location.hash = 'api_token=pasted&view=desk'`);
    await operator.page.waitForURL(/#\/desk$/u);
    await write(visitor, 'Is it in stock?');
    const row = operator.page.locator('.chat-row', { hasText: 'Ada' });
    await row.getByLabel('1 unread').waitFor();
    await eventually(async () => expect(await operator.page.title()).toMatch(/^\(\d+\) Desk/u));
    await visitor.page.locator('.mark-sent').waitFor();
    await openChat(operator, 'Ada');
    await visitor.page.locator('.mark-read').waitFor();
    expect(await row.getByLabel('1 unread').count()).toBe(0);

    await visitor.page.locator('textarea').fill('I mean the oak one');
    await operator.page.locator('.typing', { hasText: 'I mean the oak one' }).waitFor();
    await row.getByText('is typing').waitFor();
    await operator.page.keyboard.press('r');
    await operator.page.keyboard.press('Alt+n');
    await write(operator, 'She asked last week too');
    await operator.page.keyboard.press('Alt+n');
    await write(operator, 'It is');
    await operator.page.locator('.mark-read').waitFor();
    await expectMessages(operator, ['Is it in stock?', 'She asked last week too', 'It is']);
    await expectMessages(visitor, ['Is it in stock?', 'It is']);
    await stage.backend.say(chatId, {
      type: 'bot',
      text: 'Any more?',
      actions: [{ id: 'y', label: 'Yes' }],
    });
    await visitor.page.getByRole('button', { name: 'Yes' }).waitFor();
    expect([await shiftsOf(operator.page), await shiftsOf(visitor.page)]).toEqual([[], []]);

    await visitor.page.reload();
    await expectMessages(visitor, ['Is it in stock?', 'It is', 'Any more?']);
    await write(visitor, 'After a reload');
    await expectMessages(operator, [
      'Is it in stock?',
      'She asked last week too',
      'It is',
      'Any more?',
      'After a reload',
    ]);
    expect([operator.problems, visitor.problems]).toEqual([[], []]);
    await close(operator, visitor);
  });

  test('a widget whose place cannot be had any more says where messages may be missing', async () => {
    const chatId = stage.name('chat');
    await stage.backend.say(chatId, { text: 'what is left', type: 'bot' });
    const known = { id: 'old', chat_id: chatId, type: 'standard', text: 'long ago' };
    const saved = { position: 'of another log', messages: [known], unsent: [], isOpen: true };
    const visitor = await people.visitor(chatId, {
      name: 'Kurt',
      storage: { [`switchboard:widget:1:${chatId}`]: JSON.stringify(saved) },
    });
    await expectMessages(visitor, ['long ago', 'what is left']);
    const gaps = visitor.page.getByText('Some messages may be missing here.');
    await gaps.waitFor();
    const order = await visitor.page.locator('.message-text, .message-gap').allTextContents();
    expect(order).toEqual(['long ago', await gaps.textContent(), 'what is left']);
    expect(visitor.problems).toEqual([]);
    await close(visitor);
  });
};
