/** Connects: paths, queries and headers that are nearly right, with a token that is good. */
import { closeCodes, problem, problemCodes, serverFrames } from '@switchboard/protocol';
import { mintToken } from '@switchboard/testkit';
import fc from 'fast-check';
import type { Arena } from './arena.ts';
import { hostileText } from './hostile.ts';
import { inParallel } from './in-parallel.ts';
import { count, show, type Target, type Tally } from './target.ts';
import {
  documentedStatuses,
  requestOf,
  upgrade,
  type Upgraded,
  type UpgradeHeader,
} from './upgrade-wire.ts';

const names = [
  'chat_id',
  'since',
  'history',
  'observe',
  'app',
  'token',
  'CHAT_ID',
  'chat_id[]',
  '__proto__',
  '',
  'x',
];
const rawValues = [
  '%',
  '%zz',
  '%c0%80',
  '%ed%a0%80',
  '%00',
  '+',
  '&&',
  '=',
  '201',
  '200',
  '-1',
  '1e2',
  '0x10',
  '١',
  '1',
  '0',
  ' 1',
  '999999999999',
  'x'.repeat(128),
  'x'.repeat(129),
  '🙂'.repeat(64),
  'a,b',
  '1753000000000-0.abcdefgh',
  '0:0',
  '0',
];

const value = fc.oneof(
  hostileText.map((text) => encodeURIComponent(text.toWellFormed()).slice(0, 3_000)),
  fc.constantFrom(...rawValues).map((raw) => raw.replaceAll(' ', '%20')),
);
const pair = fc.tuple(fc.constantFrom(...names), value).map(([name, given]) => `${name}=${given}`);

const header: fc.Arbitrary<UpgradeHeader> = fc.oneof(
  fc.record({
    name: fc.constant('Origin'),
    value: fc.constantFrom(
      'null',
      '',
      'https://a.example',
      'https://A.example',
      'https://a.example.',
      'file://',
      'https://a.example:443',
      'x'.repeat(2_000),
    ),
  }),
  fc.record({
    name: fc.constantFrom(
      'Host',
      'Cookie',
      'X-Forwarded-For',
      'X-Forwarded-Proto',
      'Forwarded',
      'User-Agent',
      'Sec-WebSocket-Extensions',
    ),
    value: fc.oneof(
      fc.constantFrom(
        'permessage-deflate',
        'permessage-deflate; server_max_window_bits=8; client_no_context_takeover',
        '127.0.0.1, ::1',
        'x'.repeat(9_000),
      ),
      hostileText.map((text) => text.replaceAll(/[^\x20-\x7e]/gu, '~')),
    ),
  }),
  fc.constantFrom(
    { name: 'Sec-WebSocket-Version', value: '8' },
    { name: 'Sec-WebSocket-Key', value: '' },
    { name: 'Sec-WebSocket-Key', value: 'short' },
    { name: 'Upgrade', value: 'h2c' },
    { name: 'Content-Length', value: '10' },
    { name: 'Content-Length', value: '99999999999999999999' },
    { name: 'Transfer-Encoding', value: 'chunked' },
    { name: 'Expect', value: '100-continue' },
    { name: 'Sec-WebSocket-Protocol', value: 'bearer' },
    { name: 'Sec-WebSocket-Protocol', value: 'a, b, ,bearer,' },
    { name: 'Sec-WebSocket-Protocol', value: 'bearer, x\tSet-Cookie: a=b' },
  ),
);

interface Connect {
  readonly socket: string;
  readonly pairs: readonly string[];
  readonly headers: readonly UpgradeHeader[];
  readonly role: 'client' | 'operator';
  readonly breakAt: number | undefined;
}

const connect: fc.Arbitrary<Connect> = fc.record({
  socket: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('/chat', '/broadcast') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '/',
        '/chat/',
        '//chat',
        '/chat/../broadcast',
        '/CHAT',
        '/chat%00',
        '/chat;x',
        '*',
        '/broadcast/x',
        '/chat#x',
        '/metrics',
        '/health/live',
      ),
    },
  ),
  pairs: fc.array(pair, { maxLength: 4 }),
  headers: fc.array(header, { maxLength: 2 }),
  role: fc.constantFrom('client', 'operator'),
  breakAt: fc.oneof(
    { weight: 15, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.nat(200) },
  ),
});

export const queryTarget: Target = {
  name: 'query',
  async attack(arena, { inputs, seed }) {
    const report = {
      tally: new Map() as Tally,
      findings: [] as { input: string; problem: string }[],
    };
    const tokens = await tokensOf(arena);
    const port = Number(new URL(arena.cluster.edges[0]!.url).port);
    await inParallel(fc.sample(connect, { numRuns: inputs, seed }), 32, async (input) => {
      const head = headOf(input, tokens[input.role]);
      const outcome = await upgrade(port, head);
      count(report.tally, describeUpgrade(outcome));
      judgeUpgrade(outcome, (problemText) =>
        report.findings.push({ input: show(head), problem: problemText }),
      );
    });
    return report;
  },
};

const tokensOf = async ({ cluster, name }: Arena) => ({
  client: await mintToken(cluster.authSecret, {
    sub: name('u'),
    role: 'client',
    chat_id: name('room'),
  }),
  operator: await mintToken(cluster.authSecret, {
    sub: name('u'),
    role: 'operator',
    chats: [name('room')],
  }),
});

/** Now and then one byte of the head is broken. */
const headOf = ({ socket, pairs, headers, breakAt }: Connect, token: string): string => {
  const path = pairs.length === 0 ? socket : `${socket}?${pairs.join('&')}`;
  const head = requestOf(path, [{ name: 'Authorization', value: `Bearer ${token}` }, ...headers]);
  return breakAt === undefined ? head : `${head.slice(0, breakAt)}\u0001${head.slice(breakAt + 1)}`;
};

const codes: ReadonlySet<string> = new Set(problemCodes);
const closes: ReadonlySet<number> = new Set(Object.values(closeCodes).map(({ code }) => code));

export const describeUpgrade = ({ status, closeCode, firstText }: Upgraded): string => {
  if (status !== 101) return String(status || 'closed or waits');
  if (closeCode !== undefined) return `101, closed ${closeCode}`;
  return firstText === undefined ? '101, nothing' : '101, connected';
};

/** Whatever was sent: a documented status with its problem, a documented close code, or `connected`. */
export const judgeUpgrade = (outcome: Upgraded, tell: (problem: string) => void): void => {
  const { status, body } = outcome;
  if (status === 101) return judgeOpen(outcome, tell);
  if (status !== 0 && !documentedStatuses.has(status))
    return tell(`an undocumented status ${status}: ${body}`);
  if (body === '' || !body.startsWith('{')) return;
  const parsed = problem.safeParse(JSON.parse(body));
  if (!parsed.success || !codes.has(parsed.data.code)) tell(`an undocumented problem ${body}`);
};

const judgeOpen = ({ closeCode, firstText }: Upgraded, tell: (problem: string) => void) => {
  if (closeCode !== undefined)
    return closes.has(closeCode) ? undefined : tell(`closed with ${closeCode}`);
  if (firstText === undefined) return tell('the upgrade was taken, and then nothing came');
  const parsed = serverFrames.connected.safeParse(JSON.parse(firstText));
  if (!parsed.success) tell(`the first frame is not connected: ${firstText.slice(0, 300)}`);
};
