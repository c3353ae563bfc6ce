/** What `npm start` prints for a person: where everything is, and three lines that show a message travelling. */
import { join } from 'node:path';
import type { Cluster } from '@switchboard/testkit';
import { consoleLinks } from './console-links.ts';
import type { Site } from './site.ts';

export interface Tokens {
  chatId: string;
  visitor: string;
  operator: string;
}

const repository = join(import.meta.dirname, '../../..');

export const describeSite = (site: Site, tokens: Tokens): string => {
  const { cluster } = site;
  return [
    '',
    ...backendLines(site),
    ...consoleLines(cluster, tokens),
    '',
    ...table(rows(site, tokens)),
    '',
    'A message travels. In a second terminal, an operator joins the chat:',
    '',
    socketLine(cluster.edges.at(-1)?.url ?? '', tokens.chatId, tokens.operator),
    '',
    'In a third one, the visitor does, over another edge (each line typed there is sent):',
    '',
    socketLine(cluster.edges[0]?.url ?? '', tokens.chatId, tokens.visitor),
    '',
    'And in a fourth one, your backend posts a message to both:',
    '',
    curlLine(cluster, tokens.chatId),
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n');
};

/** It owns the conversations: what is said anywhere here has passed it. */
const backendLines = ({ backend }: Site): string[] =>
  backend === undefined
    ? []
    : [
        'The backend that decides on every message and learns of every event. Open its page, and write as a',
        'visitor: anything (it is numbered), 4111 1111 1111 1111 (it is changed), spam (it is refused),',
        '"opening hours?" (its bot answers). Then close the conversation there, or end the process and write on.',
        '',
        `  ${backend.url}/`,
        '',
        'The guide: docs/backend-guide.md',
        '',
      ];

const consoleLines = (cluster: Cluster, tokens: Tokens): string[] => {
  const links = consoleLinks(cluster, tokens);
  return [
    'The console, in a browser: a visitor and an operator talk, over two edges:',
    '',
    `  ${links.start}`,
    '',
    'Or straight to one side, as the operator and as the visitor:',
    '',
    `  ${links.operator}`,
    `  ${links.visitor}`,
  ];
};

type Row = [string, string];

const rows = ({ cluster, redis, backend }: Site, tokens: Tokens): Row[] => [
  ['ingress (HTTP)', cluster.ingress.url],
  ['API pages', `${cluster.ingress.url}/docs  ${cluster.ingress.url}/docs/async`],
  ...cluster.edges.map(({ name, url }): Row => [`${name} (WebSocket)`, url]),
  ...[cluster.ingress, ...cluster.edges].map(({ name, privateUrl }): Row => [
    `${name} private`,
    `${privateUrl}/metrics`,
  ]),
  ...(backend ? [['backend', `${backend.url}  (pid ${backend.pid})`] satisfies Row] : []),
  ['Redis', redis.url],
  ['Api-Token', cluster.apiToken],
  ['visitor token', tokens.visitor],
  ['operator token', tokens.operator],
];

/** Two columns without a right border, so that a token can be selected whole. */
const table = (lines: readonly Row[]): string[] => {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
};

const socketLine = (edgeUrl: string, chatId: string, token: string): string => {
  const node = join(repository, 'node_modules/.bin/node');
  const program = join(repository, 'infra/local/src/socket.ts');
  const url = `${edgeUrl}/chat?chat_id=${chatId}`;
  return [node, program, url, token].map(quote).join(' ');
};

/** The id takes the second in, so that the line may be pasted again: a known id is not sent twice. */
const curlLine = ({ ingress, apiToken }: Cluster, chatId: string): string => {
  const user = { id: 'operator-1', role: 'operator', name: 'Grace' };
  const rest = JSON.stringify({ chat_id: chatId, type: 'standard', user, text: 'Hello from curl' });
  const body = `'{"id":"m'$(date +%s)'",${rest.slice(1)}'`;
  const headers = `-H 'Api-Token: ${apiToken}' -H 'Content-Type: application/json'`;
  return `curl -sS ${headers} -d ${body} ${ingress.url}/message`;
};

const quote = (word: string): string =>
  /^[\w./:@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
