/** The environment variables of admission: what one user, one address or one socket may do, and what all may. */
import { durationMs, list, wholeNumber } from '@switchboard/runtime';
import { addressRangeProblem } from './upgrade/address.ts';

const perSecond = (description: string, fallback: number) =>
  wholeNumber({
    description: `${description}; 0: no limit`,
    max: 1_000_000,
    default: fallback,
  });

const burst = (description: string, fallback: number) =>
  wholeNumber({ description, min: 1, max: 1_000_000, default: fallback });

export const admissionVariables = {
  SOCKETS_MAX: wholeNumber({
    description:
      'most sockets at a time, cut to what the limit of open files allows; more connects are answered 503',
    min: 1,
    default: 100_000,
  }),
  CONNECTS_MAX_PER_SECOND: perSecond('most connects in a second; more are answered 429', 0),
  TRUSTED_PROXIES: list({
    description:
      'addresses and ranges (CIDR) of proxies whose X-Forwarded-For is believed: the right-most address in it that is none of theirs is the client',
    problem: addressRangeProblem,
  }).optional(),
  ADDRESS_CONNECTS_MAX_PER_SECOND: wholeNumber({
    description:
      'most connects of one address (IPv6: one /64) in a second, five times as many at once; more are answered 429; loopback is exempt; 0: no limit; unset: 20 with TRUSTED_PROXIES, else no limit',
    max: 1_000_000,
  }).optional(),
  USER_CONNECTS_MAX_PER_SECOND: perSecond(
    'most connects of one user in a second, five times as many at once; more are answered 429',
    0,
  ),
  CHAT_CONNECTIONS_MAX_PER_USER: wholeNumber({
    description:
      'most connections of one user in a room, on all edges; the oldest of more is closed with 4503; 0: no limit',
    max: 10_000,
    default: 50,
  }),
  BROADCAST_CONNECTIONS_MAX_PER_USER: wholeNumber({
    description: 'the same for /broadcast; 0: no limit',
    max: 10_000,
    default: 0,
  }),
  MESSAGES_MAX_PER_SECOND: perSecond(
    'most messages of one socket in a second; more are answered `rate_limited`',
    20,
  ),
  MESSAGES_BURST: burst('most messages of one socket at once', 40),
  RECEIPTS_MAX_PER_SECOND: perSecond(
    'most receipts of one socket in a second; more are answered `rate_limited`',
    100,
  ),
  RECEIPTS_BURST: burst('most receipts of one socket at once', 400),
  PINGS_MAX_PER_SECOND: perSecond(
    'most `ping` and `refreshToken` of one socket in a second; more are answered `rate_limited`',
    10,
  ),
  PINGS_BURST: burst('most `ping` and `refreshToken` of one socket at once', 50),
  TYPING_INTERVAL_MS: durationMs({
    description:
      'one `is_typing: true` of a user in a chat is told in this time (at this edge), more are dropped without an answer; clients repeat theirs every 3 s; 0: no limit',
    max: 60_000,
    default: 2_000,
  }),
  OVERLOAD_LAG_MS: durationMs({
    description:
      'how late edges may be; above it no more messages are taken than are carried in time, and before it typing, receipts and connects are shed; 0: never',
    max: 60_000,
    default: 250,
  }),
  RESIDENT_MAX_BYTES: wholeNumber({
    description:
      'memory of the process above which new messages are refused; before it typing, receipts and connects are shed; 0: no limit; unset: nine tenths of what the container has',
    unit: 'bytes',
  }).optional(),
};
