/** Tokens: claims that are nearly right and signed, and good ones that were tampered with. */
import { createHmac } from 'node:crypto';
import { claims as claimsSchema } from '@switchboard/protocol';
import fc from 'fast-check';
import type { Arena } from './arena.ts';
import { hostileText } from './hostile.ts';
import { inParallel } from './in-parallel.ts';
import { mutated, mutatedBytes } from './mutate.ts';
import { describeUpgrade, judgeUpgrade } from './query-target.ts';
import { count, show, type Target, type Tally } from './target.ts';
import { requestOf, upgrade, type Upgraded } from './upgrade-wire.ts';

const laterS = 4_102_444_800;
const goodClaims = [
  { sub: 'u-1', role: 'client', chat_id: 'fuzzed-room', name: 'Anna', exp: laterS, jti: 'j' },
  {
    sub: 17,
    role: 'operator',
    exp: laterS,
    chats: ['fuzzed-room', 5],
    sources: { widgets: [{ id: 1 }], departments: null },
    nbf: 1,
  },
];
const goodHeaders = [
  { alg: 'HS256', typ: 'JWT' },
  { alg: 'HS256', kid: 'k1' },
];

/** Signed with our secret, whatever it says. */
interface Signed {
  readonly kind: 'signed';
  readonly header: string;
  readonly payload: Buffer;
}

/** Changed after it was signed. */
interface Forged {
  readonly kind: 'forged';
  readonly how: string;
  readonly place: number;
  readonly text: string;
}

type Attempt = { readonly by: 'subprotocol' | 'header' | 'query'; readonly origin: string } & (
  | Signed
  | Forged
);

const way = {
  by: fc.constantFrom('subprotocol' as const, 'header' as const, 'query' as const),
  origin: fc.constantFrom('', 'https://a.example'),
};

const forgeries = [
  'alg none',
  'alg RS256',
  'alg EdDSA',
  'no signature',
  'empty signature',
  'another secret',
  'jwk in header',
  'jku in header',
  'kid as path',
  'crit',
  'other payload',
  'flip',
  'cut',
  'more parts',
  'text',
  'JWE',
  'padding',
];

const attempt: fc.Arbitrary<Attempt> = fc.oneof(
  fc.record({
    ...way,
    kind: fc.constant('signed' as const),
    header: fc.oneof(
      { weight: 4, arbitrary: fc.constant(JSON.stringify(goodHeaders[0])) },
      { weight: 1, arbitrary: mutated(goodHeaders) },
    ),
    payload: mutatedBytes(goodClaims),
  }),
  fc.record({
    ...way,
    kind: fc.constant('forged' as const),
    how: fc.constantFrom(...forgeries),
    place: fc.double({ min: 0, max: 0.999, noNaN: true }),
    text: hostileText,
  }),
);

const base64url = (text: string | Buffer): string => Buffer.from(text).toString('base64url');

const sign = (header: string, payload: string | Buffer, secret: string): string => {
  const signed = `${base64url(header)}.${base64url(payload)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
};

const forge = ({ how, place, text }: Forged, secret: string): string => {
  const payload = JSON.stringify(goodClaims[0]);
  const good = sign(JSON.stringify(goodHeaders[0]), payload, secret);
  const [head = '', body = '', signature = ''] = good.split('.');
  const at = Math.floor(place * good.length);
  const withHeader = (more: object) =>
    sign(JSON.stringify({ alg: 'HS256', ...more }), payload, 'x'.repeat(32));
  switch (how) {
    case 'alg none':
      return `${base64url('{"alg":"none"}')}.${body}.`;
    case 'alg RS256':
    case 'alg EdDSA':
      return sign(JSON.stringify({ alg: how.slice(4) }), payload, secret);
    case 'no signature':
      return `${head}.${body}`;
    case 'empty signature':
      return `${head}.${body}.`;
    case 'jwk in header':
      return withHeader({ jwk: { kty: 'oct', k: base64url('x'.repeat(32)) } });
    case 'jku in header':
      return withHeader({ jku: 'http://127.0.0.1:9/jwks', x5u: 'http://127.0.0.1:9/x' });
    case 'kid as path':
      return withHeader({ kid: '../../dev/null' });
    case 'crit':
      return sign('{"alg":"HS256","crit":["exp"]}', payload, secret);
    case 'other payload':
      return `${head}.${base64url(JSON.stringify({ ...goodClaims[0], role: 'operator' }))}.${signature}`;
    case 'flip':
      // Not the last character: two of its bits are unused, and the signature is the same.
      return `${good.slice(0, at)}${good[at] === 'A' ? 'B' : 'A'}${good.slice(at + 1, -1)}${at >= good.length - 1 ? '' : good.slice(-1)}`;
    case 'cut':
      return good.slice(0, at);
    case 'more parts':
      return `${good}.${signature}`;
    case 'JWE':
      return `${base64url('{"alg":"dir","enc":"A256GCM"}')}..${body}.${signature}.${head}`;
    case 'padding':
      return `${good}==`;
    case 'text':
      return text.replaceAll(/[^\x21-\x7e]/gu, '~') || '~';
    default:
      return withHeader({});
  }
};

export const tokenTarget: Target = {
  name: 'tokens',
  async attack(arena, { inputs, seed }) {
    const report = {
      tally: new Map() as Tally,
      findings: [] as { input: string; problem: string }[],
    };
    await inParallel(fc.sample(attempt, { numRuns: inputs, seed }), 32, async (input) => {
      const token =
        input.kind === 'signed'
          ? sign(input.header, input.payload, arena.cluster.authSecret)
          : forge(input, arena.cluster.authSecret);
      const outcome = await present(arena, input, token);
      count(report.tally, `${input.kind} ${describeUpgrade(outcome)}`);
      const tell = (text: string) =>
        report.findings.push({
          input: `${input.kind === 'forged' ? `${input.how} ` : show(input.payload)} ${token}`,
          problem: text,
        });
      judgeUpgrade(outcome, tell);
      judgeAdmission(input, outcome, tell);
    });
    return report;
  },
};

const present = ({ cluster }: Arena, { by, origin }: Attempt, token: string): Promise<Upgraded> => {
  const port = Number(new URL(cluster.edges[1]!.url).port);
  const headers = origin === '' ? [] : [{ name: 'Origin', value: origin }];
  const room = '/chat?chat_id=fuzzed-room';
  if (by === 'query')
    return upgrade(port, requestOf(`${room}&token=${encodeURIComponent(token)}`, headers));
  const carried =
    by === 'header'
      ? { name: 'Authorization', value: `Bearer ${token}` }
      : { name: 'Sec-WebSocket-Protocol', value: `bearer, ${token}` };
  return upgrade(port, requestOf(room, [carried, ...headers]));
};

/** Who comes in had a token that was signed as it is, and claims as they are documented. */
const judgeAdmission = (
  input: Attempt,
  { status, firstText, headers }: Upgraded,
  tell: (problem: string) => void,
): void => {
  if (headers.get('sec-websocket-protocol')?.includes('.') === true)
    tell('the answer repeats the token');
  if (status !== 101 || firstText === undefined) return;
  if (input.kind === 'forged') return tell(`a forged token came in: ${firstText.slice(0, 300)}`);
  const parsed = claimsSchema.safeParse(JSON.parse(input.payload.toString()));
  if (!parsed.success) return tell(`claims came in that are none: ${firstText.slice(0, 300)}`);
  const { user, chat_id } = (
    JSON.parse(firstText) as { data: { user: { id: string; role: string }; chat_id: string } }
  ).data;
  if (user.id !== parsed.data.sub || user.role !== parsed.data.role)
    tell(`came in as somebody else: ${firstText.slice(0, 300)}`);
  if (parsed.data.role === 'client' && parsed.data.chat_id !== chat_id)
    tell(`came into another room: ${firstText.slice(0, 300)}`);
};
