/** Every environment variable of the edge, with its limits: the README's table is generated from this. */
import { defaultLogLimits, topologyProblem } from '@switchboard/bus';
import { defaultLimits, type Limits } from '@switchboard/protocol';
import {
  choice,
  durationMs,
  hookIsSigned,
  hookSecretVariables,
  list,
  messageLimitsOf,
  messageLimitVariables,
  outboxVariables,
  processVariables,
  secret,
  sendHookVariables,
  url,
  wholeNumber,
} from '@switchboard/runtime';
import { z } from 'zod';
import { admissionVariables } from './admission-variables.ts';
import type { FrameRates } from './command/frame-rates.ts';

const where = processVariables({
  redisProblem: topologyProblem,
  roomLog: defaultLogLimits,
  nodeId:
    'id of this node in presence and /nodes; a restarted node is a new one; unset: made up at every start',
  port: { description: 'public port: the sockets /chat and /broadcast', default: 7001 },
  privatePort: 7101,
  basePath: 'path prefix of the sockets, e.g. /support',
});

const access = {
  AUTH_SECRET: secret({
    description: 'shared secret of tokens signed with HS256',
    minLength: 32,
  }).optional(),
  AUTH_KEYS: secret({
    description:
      'keys of tokens as a JWK set: RS256 and EdDSA public keys, HS256 secrets; several at once by kid',
  }).optional(),
  AUTH_JWKS_URL: url({
    description: 'where public keys are fetched from, in the background',
  }).optional(),
  AUTH_JWKS_REFRESH_MS: durationMs({
    description: 'how often they are fetched again',
    min: 1_000,
    default: 300_000,
  }),
  AUTH_CLOCK_LEEWAY_MS: durationMs({
    description: 'how far the clock of the one who signs tokens may be off',
    max: 300_000,
    default: 0,
  }),
  ALLOWED_ORIGINS: list({
    description: 'origins whose pages may connect, exact; unset: any',
  }).optional(),
  CLOSED_CHATS: choice(['accept', 'refuse'], {
    description: "whether clients' messages to chats that are known as closed are refused",
    default: 'accept',
  }),
};

const times = {
  APPEND_TIMEOUT_MS: durationMs({
    description:
      'after this time a message is not appended any more and its sender gets `unavailable`',
    min: 100,
    max: 60_000,
    default: 3_000,
  }),
  ROOM_GRACE_MS: durationMs({
    description: 'how long a user may be gone from a room before it is told',
    max: 600_000,
    default: 5_000,
  }),
  DESK_GRACE_MS: durationMs({
    description: 'how long an operator may be gone from /broadcast before it is told',
    max: 600_000,
    default: 15_000,
  }),
  CHECKPOINT_AFTER_MS: durationMs({
    description: 'how long after traffic /broadcast sockets are told their position',
    min: 100,
    max: 5_000,
    default: 4_000,
  }),
  DRAIN_WAIT_MS: durationMs({
    description:
      'how long new sockets are still taken after it said that it is not ready, so that balancers notice',
    default: 5_000,
  }),
  DRAIN_WINDOW_MS: durationMs({
    description: 'over how long the sockets are closed when it stops',
    default: 10_000,
  }),
  DRAIN_ANSWER_MS: durationMs({
    description: 'how long what a client has sent may be answered before its socket is closed',
    default: 3_000,
  }),
  DRAIN_RETRY_MS: durationMs({
    description: 'clients are asked to come back after a random time up to this',
    max: 600_000,
    default: 1_000,
  }),
  LEAVE_GRACE_MS: durationMs({
    description: 'how long after the end users may take to come back before they are told as gone',
    max: 600_000,
    default: 5_000,
  }),
  SOCKET_IDLE_TIMEOUT_MS: durationMs({
    description:
      'how long a socket may be silent before it is closed as half-open, in steps of 4 s; it is pinged 16 s before that (8 s below 32 s, 4 s below 16 s)',
    min: 8_000,
    max: 960_000,
    default: 36_000,
  }),
  CLOSE_FLUSH_MS: durationMs({
    description: 'how long a closed socket may go on reading what was sent to it; then it is cut',
    max: 60_000,
    default: 10_000,
  }),
  SHUTDOWN_TIMEOUT_MS: durationMs({
    description: 'bound of the whole stop; all times of the drain are cut to fit',
    min: 100,
    default: 30_000,
  }),
};

const limits = {
  FRAME_MAX_BYTES: wholeNumber({
    description:
      'largest frame of a client; up to twice of it is answered, above that the connection is cut',
    unit: 'bytes',
    min: 1_024,
    max: 16_777_216,
    default: defaultLimits.clientFrameMaxBytes,
  }),
  ...messageLimitVariables(defaultLimits),
  PENDING_MAX_COMMANDS: wholeNumber({
    description: 'most commands of one socket that may wait for the one before them',
    min: 1,
    max: 10_000,
    default: 64,
  }),
  SOCKET_BUFFER_MAX_BYTES: wholeNumber({
    description: 'most bytes that may wait for a slow reader before its socket is closed with 4002',
    unit: 'bytes',
    min: 65_536,
    max: 268_435_456,
    default: 1_048_576,
  }),
  SOCKET_BUFFER_SOFT_BYTES: wholeNumber({
    description:
      'bytes that wait for a slow reader above which it gets messages and nothing ephemeral',
    unit: 'bytes',
    min: 16_384,
    max: 268_435_456,
    default: 262_144,
  }),
  BUFFERS_MAX_BYTES: wholeNumber({
    description:
      'most bytes that may wait for all slow readers together; above it the slowest are closed first',
    unit: 'bytes',
    min: 1_048_576,
    default: 268_435_456,
  }),
};

export const edgeConfig = z
  .object({
    ...where,
    ...access,
    ...times,
    ...limits,
    ...admissionVariables,
    ...sendHookVariables,
    ...outboxVariables,
    ...hookSecretVariables,
  })
  .superRefine(hookIsSigned('SEND_HOOK_URL'));

export type EdgeConfig = z.output<typeof edgeConfig>;

/** What one socket may send. */
export function frameRatesOf(config: EdgeConfig): FrameRates {
  return {
    messages: { perSecond: config.MESSAGES_MAX_PER_SECOND, burst: config.MESSAGES_BURST },
    receipts: { perSecond: config.RECEIPTS_MAX_PER_SECOND, burst: config.RECEIPTS_BURST },
    others: { perSecond: config.PINGS_MAX_PER_SECOND, burst: config.PINGS_BURST },
  };
}

/** The protocol's limits as this deployment has them. */
export function limitsOf(config: EdgeConfig): Limits {
  return {
    ...defaultLimits,
    clientFrameMaxBytes: config.FRAME_MAX_BYTES,
    clientFrameCutBytes: config.FRAME_MAX_BYTES * 2,
    ...messageLimitsOf(config),
  };
}
