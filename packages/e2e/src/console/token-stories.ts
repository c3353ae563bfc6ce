/** Tokens that come late, are about to end, or have ended: the widget has a provider, the desk a person. */
import { mintToken } from '@switchboard/testkit';
import { expect, test } from 'vitest';
import { openCustomerSite } from './customer-site.ts';
import { close, eventually, expectMessages, openChat, write, type Theatre } from './theatre.ts';

export const tokenStories = ({ stage, people }: Theatre): void => {
  test("the widget on a customer's site gets its tokens: late, after one has ended, and before the next one does", async () => {
    const chatId = stage.name('chat');
    const { ingress, edges, authSecret } = stage.cluster;
    const claims = { sub: 'rosa', role: 'client', name: 'Rosa', chat_id: chatId } as const;
    /** Seconds. None, one that has ended, one that is about to: a minute before, a new one is asked for. */
    const lives = [undefined, -10, 62];
    const site = await openCustomerSite({
      consoleUrl: `${ingress.url}/console/`,
      edgeUrl: edges[0]!.url,
      token: async (asked) => {
        const life = asked > lives.length ? 600 : lives[asked - 1];
        if (life === undefined) throw new Error('not now');
        return mintToken(authSecret, claims, life);
      },
    });
    const visitor = await people.open(site.url);
    await visitor.page.getByRole('button', { name: 'Open chat' }).click();
    await eventually(() => expect(site.asked()).toBe(4));
    await write(visitor, 'with the new token');
    await visitor.page.locator('.mark-sent').waitFor();
    expect(site.asked()).toBe(4);
    expect(new Set(visitor.problems)).toEqual(
      new Set([
        expect.stringContaining('503 (Service Unavailable)'),
        expect.stringContaining('/chat-token answered 503'),
      ]),
    );
    site.stop();
    await close(visitor);
  });

  test('a widget with nothing but a token that has ended says so, and takes no messages', async () => {
    const visitor = await people.visitor(stage.name('chat'), { name: 'Otto', tokenLifeS: -10 });
    await visitor.page.getByText('This chat has ended.').waitFor();
    expect(await visitor.page.locator('textarea').count()).toBe(0);
    expect(visitor.problems).toEqual([]);
    await visitor.close();
  });

  test('a desk asks for a new token after one has ended and before the next one does, and goes on', async () => {
    const [name, title, chatId] = ['Sophie', 'Sophus', stage.name('chat')];
    const user = { id: 'sophus', role: 'client', name: title };
    const [operator] = await Promise.all([
      people.operator({ name, tokenLifeS: -10 }),
      stage.backend.say(chatId, { text: 'before', user }),
    ]);
    const { page } = operator;
    let refreshed = 0;
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        if (payload.includes('"tokenRefreshed"')) refreshed += 1;
      }),
    );
    const give = async (lifeS: number) => {
      const claims = { sub: 'sophie', role: 'operator', name } as const;
      const token = await mintToken(stage.cluster.authSecret, claims, lifeS);
      await page.locator('#renewal').fill(token);
      await page.getByRole('button', { name: 'Go on' }).click();
    };
    await page.getByText('Your token has ended.').waitFor();
    await give(62);
    await page.getByText('Your token ends within a minute.').waitFor();
    await give(600);
    await eventually(() => expect(refreshed).toBe(1));
    expect(await page.locator('#renewal').count()).toBe(0);
    await openChat(operator, title);
    await write(operator, 'after');
    await expectMessages(operator, ['before', 'after']);
    expect(operator.problems).toEqual([]);
    await close(operator);
  });
};
