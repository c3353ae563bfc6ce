/** How this deployment hands messages and events on to its customer's backend. */
import { choices, durationMs, secretList, url, wholeNumber } from './variable.ts';

const secretMinChars = 16;
const secretsMax = 4;

/** What the outbox may hold; the same words as the bus has. */
const kinds = ['messages', 'posted_messages', 'updates', 'receipts', 'users', 'operators'] as const;

/** For whoever calls the backend. */
export const hookSecretVariables = {
  HOOK_SECRETS: secretList({
    description: `secrets that sign the calls to the backend, at most ${secretsMax}; all of them sign, so that they can be exchanged one after the other`,
    minLength: secretMinChars,
  })
    .refine(
      (secrets) => secrets.length <= secretsMax,
      `must be a comma-separated list of at most ${secretsMax} secrets`,
    )
    .optional(),
};

/** For edges. */
export const sendHookVariables = {
  SEND_HOOK_URL: url({
    description:
      'backend that decides on every message sent over a socket; unset: what is valid is added',
  }).optional(),
  SEND_HOOK_TRY_TIMEOUT_MS: durationMs({
    description: 'how long the backend may take for one try, until the last byte of its answer',
    min: 100,
    max: 60_000,
    default: 5_000,
  }),
  SEND_HOOK_TIMEOUT_MS: durationMs({
    description: 'how long a message is tried, before its sender is told to send it again',
    min: 100,
    max: 120_000,
    default: 10_000,
  }),
  SEND_HOOK_DEFER_MAX_MS: durationMs({
    description: 'how long a message that the backend answered with 202 is waited for',
    min: 100,
    max: 300_000,
    default: 30_000,
  }),
  SEND_HOOK_PENDING_MAX: wholeNumber({
    description: 'most messages of one chat that may wait for the backend, at one edge',
    min: 1,
    max: 10_000,
    default: 50,
  }),
  SEND_HOOK_CONNECTIONS_MAX: wholeNumber({
    description: 'most calls of one edge to the backend at a time; more wait for their turn',
    min: 1,
    max: 4_096,
    default: 128,
  }),
};

/** For all processes, and the same on all of them: whoever appends an event also puts it into the outbox. */
export const outboxVariables = {
  EVENTS_HOOK_URL: url({
    description:
      'backend that is told of events, at least once and in the order of their chat; unset: there is no outbox',
  }).optional(),
  EVENTS_HOOK_KINDS: choices(kinds, {
    description: `events it is told of: ${kinds.map((kind) => `\`${kind}\``).join(', ')}; \`messages\` come over sockets, \`posted_messages\` and \`updates\` over HTTP`,
    default: ['messages', 'receipts', 'users', 'operators'],
  }),
  OUTBOX_MAX_EVENTS: wholeNumber({
    description:
      'events of one partition that may wait for the backend before messages and receipts are refused',
    min: 100,
    max: 10_000_000,
    default: 100_000,
  }),
  OUTBOX_MAX_AGE_MS: durationMs({
    description: 'age of the oldest event that waits before messages and receipts are refused',
    min: 10_000,
    max: 2 ** 31 - 1,
    default: 86_400_000,
  }),
};

/** For ingresses, whose workers empty the outbox. */
export const eventsHookVariables = {
  EVENTS_HOOK_TIMEOUT_MS: durationMs({
    description: 'how long the backend may take for one batch, until the last byte of its answer',
    min: 100,
    max: 300_000,
    default: 10_000,
  }),
  EVENTS_HOOK_BATCH_MAX: wholeNumber({
    description: 'most events of one call',
    min: 1,
    max: 1_000,
    default: 100,
  }),
  OUTBOX_RETRY_MAX_MS: durationMs({
    description: 'how long an event is tried before it becomes a dead letter',
    min: 1_000,
    default: 86_400_000,
  }),
};

interface HookSettings {
  readonly SEND_HOOK_URL?: string | undefined;
  readonly EVENTS_HOOK_URL?: string | undefined;
  readonly HOOK_SECRETS?: readonly string[] | undefined;
}

interface RefinementContext {
  addIssue(issue: { code: 'custom'; path: string[]; message: string }): void;
}

/** A rule for the whole configuration of a process that calls the backend at `variable`: it can sign. */
export const hookIsSigned =
  (variable: 'SEND_HOOK_URL' | 'EVENTS_HOOK_URL') =>
  (settings: HookSettings, context: RefinementContext): void => {
    if (settings[variable] === undefined || settings.HOOK_SECRETS !== undefined) return;
    const message = `is required with ${variable}: at least one secret of at least ${secretMinChars} characters`;
    context.addIssue({ code: 'custom', path: ['HOOK_SECRETS'], message });
  };
