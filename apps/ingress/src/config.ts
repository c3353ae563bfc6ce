/** Every environment variable of ingress, with its limits: the README's table is generated from this. */
import { defaultLogLimits, topologyProblem } from '@switchboard/bus';
import { defaultLimits } from '@switchboard/protocol';
import {
  durationMs,
  eventsHookVariables,
  flag,
  hookIsSigned,
  hookSecretVariables,
  list,
  messageLimitVariables,
  outboxVariables,
  processVariables,
  secretList,
  wholeNumber,
} from '@switchboard/runtime';
import { z } from 'zod';
import { readTokenEntry } from './api-tokens.ts';

const kibibyte = 1024;

const where = processVariables({
  redisProblem: topologyProblem,
  roomLog: defaultLogLimits,
  nodeId: 'name of this process in the log; unset: made up at every start',
  port: { description: 'public port: the HTTP operations and their pages', default: 7000 },
  privatePort: 7100,
  basePath: 'path prefix of all operations and pages, e.g. /support',
});

const tokenMinChars = 8;

const access = {
  API_TOKENS: secretList({
    description:
      'tokens of the calling services: `name:token`, or a bare token; several may share a name (rotation)',
  }).refine(
    (entries) => entries.every((entry) => readTokenEntry(entry).token.length >= tokenMinChars),
    `must be a comma-separated list of tokens of at least ${tokenMinChars} characters, each with or without a name before a colon`,
  ),
};

const behaviour = {
  CHAT_UPDATES_TO_CLIENTS: flag({
    description: 'whether clients in the room get a trimmed copy of POST /update/chat',
    default: false,
  }),
  CONSOLE_SOCKETS: list({
    description:
      'where the pages of the console may open sockets, e.g. wss://chat.example.com; unset: their own origin',
    problem: (source) =>
      /^wss?:\/\/[\w.:*[\]-]+$/u.test(source) ? undefined : 'must be ws:// or wss:// with a host',
  }).optional(),
};

const times = {
  APPEND_TIMEOUT_MS: durationMs({
    description: 'after this time an event is not appended any more and the caller gets 503',
    min: 100,
    max: 60_000,
    default: 3000,
  }),
  DISCONNECT_TIMEOUT_MS: durationMs({
    description: 'how long the edges have to answer how many sessions they closed',
    min: 100,
    max: 30_000,
    default: 2000,
  }),
  REQUEST_TIMEOUT_MS: durationMs({
    description: 'how long a client may take to send its request',
    min: 1000,
    default: 30_000,
  }),
  DRAIN_DELAY_MS: durationMs({
    description:
      'how long it still serves after it said that it is not ready, so that balancers notice',
    max: 60_000,
    default: 0,
  }),
  SHUTDOWN_TIMEOUT_MS: durationMs({
    description: 'bound of the whole stop; what runs longer is cut off',
    min: 100,
    default: 10_000,
  }),
};

const limits = {
  BODY_MAX_BYTES: wholeNumber({
    description: 'largest body of an operation',
    unit: 'bytes',
    min: kibibyte,
    default: defaultLimits.httpBodyMaxBytes,
  }),
  BULK_BODY_MAX_BYTES: wholeNumber({
    description: 'largest body of /batch and /update/operators',
    unit: 'bytes',
    min: kibibyte,
    default: defaultLimits.batchBodyMaxBytes,
  }),
  ...messageLimitVariables(defaultLimits),
  OPERATORS_MAX_ITEMS: wholeNumber({
    description: 'most operators of one /update/operators call',
    min: 1,
    default: defaultLimits.operatorsMax,
  }),
  BATCH_MAX_ITEMS: wholeNumber({
    description: 'most items of one /batch call',
    min: 1,
    max: 100_000,
    default: defaultLimits.batchItemsMax,
  }),
  BATCH_MAX_CONCURRENCY: wholeNumber({
    description: 'most chats of one /batch call that are worked on at a time',
    min: 1,
    max: 1000,
    default: 32,
  }),
  OVERLOAD_LAG_MS: durationMs({
    description:
      'how late edges may be; from two fifths of it on no more events are accepted than are carried in time: calls wait for their turn, and those that would wait for more than 250 ms are answered 429; 0: never',
    max: 60_000,
    default: 250,
  }),
  SERVICE_CALLS_MAX_PER_SECOND: wholeNumber({
    description:
      'most calls in a second of all that use API tokens of one name, at all ingresses together (each item of /batch is one); more are answered 429; 0: no limit',
    max: 1_000_000,
    default: 0,
  }),
  SERVICE_CALLS_BURST: wholeNumber({
    description: 'most calls at once of all that use API tokens of one name',
    min: 1,
    max: 1_000_000,
    default: 1_000,
  }),
  MAX_CONCURRENT_REQUESTS: wholeNumber({
    description: 'most operations under way at a time; one more is answered 429',
    min: 1,
    default: 2000,
  }),
};

const handOff = { ...outboxVariables, ...eventsHookVariables, ...hookSecretVariables };

export const ingressConfig = z
  .object({ ...where, ...access, ...behaviour, ...times, ...limits, ...handOff })
  .superRefine(hookIsSigned('EVENTS_HOOK_URL'));

export type IngressConfig = z.output<typeof ingressConfig>;
