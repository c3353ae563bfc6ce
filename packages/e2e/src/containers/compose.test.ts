/** The site of compose.yaml: the short story through HAProxy, its Redis, its pictures and its end. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { raiseStageOn } from '../stage.ts';
import { leftOut, startComposeSite } from './compose-site.ts';
import { tellShortStory } from './short-story.ts';

const stage = raiseStageOn(startComposeSite);
const { backend, cast } = stage;
const isThere = (service: string): boolean => !leftOut.includes(service);

const getJson = async (service: string, port: number, path: string): Promise<unknown> => {
  const response = await fetch(`http://${await stage.cluster.published(service, port)}${path}`);
  return response.json();
};

interface Container {
  Service: string;
  State: string;
  ExitCode: number;
}

const containersOf = async (...services: string[]): Promise<Container[]> => {
  const lines = await stage.cluster.compose('ps', '--all', '--format', 'json', ...services);
  return lines.split('\n').map((line) => JSON.parse(line) as Container);
};

describe('behind HAProxy', () => {
  tellShortStory(stage);

  test('three edges and two ingresses run', async () => {
    const services = (await containersOf('edge', 'ingress')).map(({ Service }) => Service);
    expect(services.toSorted()).toEqual(['edge', 'edge', 'edge', 'ingress', 'ingress']);
  });

  test('ingress has the console, with all that its page loads', async () => {
    const console = `${stage.cluster.ingress.url}/console/`;
    const page = await (await fetch(console)).text();
    const files = [...page.matchAll(/(?:src|href)="([^"#]+)"/gu)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(1);
    for (const file of [...files, 'widget.js']) {
      const { status } = await fetch(new URL(file, console));
      expect({ file, status }).toEqual({ file, status: 200 });
    }
  });
});

describe('Redis', () => {
  test('has what it was told a second before it was killed', async () => {
    const chatId = stage.name('chat');
    const visitor = await cast.visitor(chatId);
    await backend.say(chatId, { text: 'before' });
    const { position } = await visitor.next('messageAdded');
    visitor.terminate();
    await backend.say(chatId, { text: 'kept' });
    // appendfsync everysec
    await delay(2500);

    await stage.cluster.compose('kill', '--signal', 'SIGKILL', 'redis');
    await stage.cluster.compose('up', '--wait', '--no-build', 'redis', 'edge', 'ingress');
    // Until an edge has its Redis again HAProxy refuses, and clients try again.
    const back = await vi.waitFor(
      () => cast.visitor(chatId, { token: visitor.token, query: { since: position! } }),
      { timeout: 60_000, interval: 500 },
    );
    await back.next('caughtUp');
    expect(back.connected.data).toMatchObject({ resumed: true });
    expect(back.all('messageAdded').map(({ data }) => data.message.text)).toEqual(['kept']);
  });
});

interface QueryResult {
  data: { result: { metric: { job: string } }[] };
}

interface Rules {
  data: { groups: { rules: unknown[] }[] };
}

test.runIf(isThere('prometheus'))('Prometheus asks every process, and has the alerts', async () => {
  const up = async (): Promise<string[]> => {
    const found = (await getJson(
      'prometheus',
      9090,
      '/api/v1/query?query=up%3D%3D1',
    )) as QueryResult;
    return found.data.result.map(({ metric }) => metric.job).toSorted();
  };
  await expect
    .poll(up, { timeout: 60_000, interval: 1000 })
    .toEqual(['edge', 'edge', 'edge', 'haproxy', 'ingress', 'ingress']);
  const { data } = (await getJson('prometheus', 9090, '/api/v1/rules')) as Rules;
  expect(data.groups.flatMap(({ rules }) => rules).length).toBeGreaterThan(5);
});

test.runIf(isThere('grafana'))('Grafana has the dashboards', async () => {
  const found = (await getJson('grafana', 3000, '/api/search?type=dash-db')) as { uid: string }[];
  expect(found.map(({ uid }) => uid).toSorted()).toEqual([
    'switchboard-cluster',
    'switchboard-edges',
  ]);
});

test('when it is stopped every socket gets 4001, and every process ends with 0', async () => {
  const visitors = await Promise.all(
    Array.from({ length: 6 }, () => cast.visitor(stage.name('chat'))),
  );
  await stage.cluster.compose('stop', 'edge', 'ingress');
  const codes = (await Promise.all(visitors.map(({ closed }) => closed))).map(({ code }) => code);
  expect(codes).toEqual(visitors.map(() => 4001));
  for (const { State, ExitCode } of await containersOf('edge', 'ingress'))
    expect({ State, ExitCode }).toEqual({ State: 'exited', ExitCode: 0 });
});
