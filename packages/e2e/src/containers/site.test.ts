/** Two edges, an ingress and Redis in containers: the short story, and what `docker stop` does. */
import { startContainerSite } from '@switchboard/testkit';
import { describe, expect, test } from 'vitest';
import { raiseStageOn } from '../stage.ts';
import { imageOf } from './docker.ts';
import { tellShortStory } from './short-story.ts';

/** As in compose.yaml. */
const stopGraceS = { edge: 35, ingress: 15 };

const images = { edge: imageOf('edge'), ingress: imageOf('ingress') };
const stage = raiseStageOn(() => startContainerSite({ images }));
const { backend, cast } = stage;

describe('in containers', () => {
  tellShortStory(stage);

  test('every process is still healthy', async () => {
    const { edges, ingress } = stage.cluster;
    for (const { health } of [...edges, ingress]) expect(await health()).toBe('healthy');
  });
});

describe('SIGTERM', () => {
  test('lets an edge send its sockets elsewhere and end with 0; nothing is lost', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId, { edge: 0 });
    await backend.say(chatId, { text: 'before' });
    const { position } = await visitor.next('messageAdded');

    const stopped = stage.cluster.edges[0]!.stop(stopGraceS.edge);
    expect((await visitor.closed).code).toBe(4001);
    await backend.say(chatId, { text: 'meanwhile' });
    const back = await cast.visitor(chatId, {
      edge: 1,
      token: visitor.token,
      query: { since: position! },
    });
    await back.next('caughtUp');

    expect(back.connected.data).toMatchObject({ resumed: true });
    expect(back.all('messageAdded').map(({ data }) => data.message.text)).toEqual(['meanwhile']);
    expect(await stopped).toBe(0);
  });

  test('lets ingress answer until balancers have noticed, and end with 0', async () => {
    const { ingress } = stage.cluster;
    const stopped = ingress.stop(stopGraceS.ingress);
    const readiness = async () => (await fetch(`${ingress.privateUrl}/health/ready`)).status;
    await expect.poll(readiness).toBe(503);
    await backend.say(stage.name('chat'));
    expect(await stopped).toBe(0);
  });
});
