/** Requests as bytes that are hardly HTTP: odd first lines, headers that contradict each other, odd bodies. */
import fc from 'fast-check';

const oddLines = [
  'Content-Length: 5',
  'Content-Length: 0',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Content-Length: 5, 5',
  'content-length : 5',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunked, chunked',
  'Host: a',
  'Host: b',
  'Host: a\r\nHost: b',
  'Host:',
  'Api-Token: x',
  'Expect: 100-continue',
  'Expect: x',
  'Upgrade: websocket\r\nConnection: Upgrade',
  'Upgrade: h2c',
  'Connection: close',
  ' folded',
  'X: \u0000',
  'X\u0000: y',
  ': empty',
  'NoColon',
  `X: ${'x'.repeat(15_000)}`,
  `X: ${'x'.repeat(17_000)}`,
  `${'X'.repeat(200)}: y`,
  'Content-Encoding: gzip',
  'Trailer: Api-Token',
];
const firstLines = [
  'POST /message HTTP/1.1',
  'POST /message HTTP/1.0',
  'POST /message HTTP/9.9',
  'POST /message',
  'GET /docs HTTP/1.1',
  'GET http://evil.example/docs HTTP/1.1',
  'CONNECT a:1 HTTP/1.1',
  'PRI * HTTP/2.0',
  'OPTIONS * HTTP/1.1',
  'GET //health/live HTTP/1.1',
  'GET /../health/live HTTP/1.1',
  'GET /health/live#x HTTP/1.1',
  'G\u0000T / HTTP/1.1',
  '',
  'POST /global HTTP/1.1\n',
  'TRACE / HTTP/1.1',
  `GET /${'x'.repeat(20_000)} HTTP/1.1`,
  `GET /?${'a&'.repeat(7_000)} HTTP/1.1`,
];
const rawBodies = [
  '',
  '{}',
  '0\r\n\r\n',
  '2\r\n{}\r\n0\r\n\r\n',
  'zz\r\n{}',
  'ffffffffffffffff\r\n',
  '2;x=y\r\n{}\r\n0\r\nApi-Token: x\r\n\r\n',
  '-1\r\n',
  '\u0000'.repeat(10),
  'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n',
];

/** In chunks, to be written one after the other. */
export const rawRequest = fc
  .tuple(
    fc.constantFrom(...firstLines),
    fc.array(fc.constantFrom(...oddLines), { maxLength: 4 }),
    fc.constantFrom(...rawBodies),
    fc.boolean(),
  )
  .map(([first, lines, body, hasToken]) =>
    [
      `${first}\r\n`,
      ...lines.map((line) => `${line}\r\n`),
      hasToken ? 'Content-Type: application/json\r\n' : '',
      '\r\n',
      body,
    ].filter(Boolean),
  );
