/** The suite passes our own client, in the process and as a program, and finds what others do wrong. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { processSubject } from './process-subject.ts';
import { cases, deskCases, runConformance } from './run-conformance.ts';
import type { CreateSubject } from './subject.ts';
import { clientSubject } from './test/client-subject.ts';

const suiteMaxMs = 60_000;

describe('our own client', () => {
  test('does all that a client should', { timeout: suiteMaxMs }, async () => {
    const results = await runConformance(clientSubject);
    expect(results).toEqual(cases.map(({ name }) => ({ name })));
  });

  test('does so as a program in its own process', { timeout: suiteMaxMs }, async () => {
    const program = fileURLToPath(new URL('test/client-program.ts', import.meta.url));
    const subject = processSubject([process.execPath, '--conditions=source', program]);
    const chosen = cases.filter(({ name }) =>
      /4004|4501|same id|refusal|every partition/u.test(name),
    );
    expect(chosen.length).toBeGreaterThanOrEqual(5);
    const results = await runConformance(subject, chosen);
    expect(results).toEqual(chosen.map(({ name }) => ({ name })));
  });
});

/** What a first attempt looks like: it comes back at once, and knows nothing of positions and repeats. */
const naiveSubject: CreateSubject = (reports) => {
  let socket: WebSocket | undefined;
  let isClosed = false;
  const connect = (url: string) => {
    if (isClosed) return;
    socket = new WebSocket(url, ['bearer', reports.token()]);
    socket.addEventListener('message', ({ data }) => {
      const { event, event_id: id } = JSON.parse(String(data)) as {
        event: string;
        event_id: string;
      };
      reports.event(event, id);
    });
    socket.addEventListener('close', () => setTimeout(connect, 10, url));
    socket.addEventListener('error', () => undefined);
  };
  return {
    connect: ({ url, chatId }) => connect(`${url}/chat?chat_id=${chatId}`),
    openDesk: (url) => connect(`${url}/broadcast`),
    send: (id, text) =>
      socket?.send(JSON.stringify({ event: 'sendMessage', data: { client_message_id: id, text } })),
    close: () => {
      isClosed = true;
      socket?.close();
    },
  };
};

test('a client that has no desk fails the cases of desks, and says why', async () => {
  const chatOnly: CreateSubject = (reports) => {
    const { openDesk: _none, ...subject } = clientSubject(reports);
    return subject;
  };
  const [result] = await runConformance(chatOnly, deskCases.slice(0, 1));
  expect(result?.problem).toBe('it has no desk');
});

test('a client that knows nothing of all this is told what is missing', async () => {
  const problems = {
    'comes back after a break, with the position of the last event that it received':
      'since: null instead of "2"',
    'gives an event once, also when it comes again':
      'events given: ["e1","e1","e2","e2","e3"] instead of ["e1","e2","e3"]',
    'waits as long as the server asks when it drains':
      expect.stringMatching(/^came back after \d+ ms$/u),
    'gets a new token before it comes back after 4004': 'since: null instead of "1"',
    'sends a message with its id, and tells when it was accepted': "the frame's id is undefined",
    'comes back to the desk with the newest position of every partition':
      'since: undefined instead of ["0:2","1:0","2:8"]',
    'gives an event at the desk once, known by its id, and not by its place':
      'events given: ["e0.1","e0.1","e1.1","e1.1","e2.1"] instead of ["e0.1","e1.1","e2.1"]',
    'has the application load when it is greeted again, and goes on from the new position':
      'told: ["event e0.1","event e0.51"] instead of ["event e0.1","reload","event e0.51"]',
  };
  const chosen = cases.filter(({ name }) => name in problems);
  const results = await runConformance(naiveSubject, chosen);
  expect(Object.fromEntries(results.map(({ name, problem }) => [name, problem]))).toEqual(problems);
});
