/** Edges that go away under a conversation. It leaves less of the cluster than it finds: the last one. */
import { expect, test } from 'vitest';
import { shiftsOf, type Side } from './pages.ts';
import {
  close,
  eventually,
  expectMessages,
  expectOneOrder,
  openChat,
  write,
  type Theatre,
} from './theatre.ts';

export const edgeStories = ({ stage, people }: Theatre): void => {
  const connections = async (): Promise<number> => {
    const nodes = (await stage.backend.get('/nodes')) as { sockets: number }[];
    return nodes.reduce((sum, { sockets }) => sum + sockets, 0);
  };

  test('an edge is killed and another one drained amid a conversation: nothing is lost or doubled', async () => {
    const chatId = stage.name('chat');
    const [operator, visitor] = await Promise.all([
      people.operator({ name: 'Radia' }),
      people.visitor(chatId, { name: 'Lynn' }),
    ]);
    const told: string[] = [];
    const say = async (side: Side, text: string) => {
      told.push(text);
      await write(side, text);
    };
    await say(visitor, 'before');
    await openChat(operator, 'Lynn');
    await expectMessages(operator, told);

    const killed = stage.cluster.edges[1]!;
    killed.kill();
    await say(operator, 'while the edge of the operator is gone');
    await say(visitor, 'the visitor goes on');
    await expectOneOrder(operator, visitor, told);

    const [figures] = await Promise.all([people.cluster(), stage.cluster.restart(killed)]);
    const drained = new URL(stage.cluster.edges[0]!.url).port;
    const row = figures.page.locator('tr', { hasText: drained });
    await row.getByRole('button', { name: /^Drain/ }).click();
    await row.getByRole('button', { name: 'Drain now' }).click();
    await row.getByText('draining').first().waitFor();
    await stage.cluster.edges[0]!.exited;
    await say(visitor, 'after the drain');
    await say(operator, 'here too');
    await expectOneOrder(operator, visitor, told);
    await figures.page.locator('.disconnects li', { hasText: '4001' }).waitFor();
    const tile = figures.page.locator('.tile', { hasText: 'Connections' }).locator('dd');
    await eventually(async () =>
      expect(await tile.textContent()).toBe(String(await connections())),
    );
    expect(await shiftsOf(operator.page)).toEqual([]);
    expect([operator.problems, visitor.problems, figures.problems]).toEqual([[], [], []]);
    await close(operator, visitor, figures);
  });
};
