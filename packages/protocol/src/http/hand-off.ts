/** `GET /hand-off` and the dead letters: what the customer's backend has not been told of yet, and why. */
import { z } from 'zod';
import { isSet } from '../is-set.ts';
import { defaultScalars as s } from '../scalars.ts';

const chatId = s.id.nullable().meta({
  description: 'Null: operators who come and go; they belong to no chat.',
});
const failure = {
  reason: z
    .string()
    .meta({ description: "The backend's `code` and `message`, or why there was no answer." }),
  status: z.int().optional().meta({ description: 'HTTP status; absent: no answer came.' }),
  attempts: s.count.meta({ description: 'Tries in vain, in a row.' }),
};

/** Of `GET /hand-off`. */
export const handOffAnswer = z
  .object({
    partitions: z.array(
      z.object({
        partition: s.count,
        holder: z
          .string()
          .nullable()
          .meta({ description: 'The ingress that delivers it; null: nobody does.' }),
        waiting: s.count.meta({ description: 'Events that are not parked.' }),
        lag_ms: s.count.meta({ description: 'Age of the oldest event that is not parked.' }),
        parked_chats: s.count,
        parked_events: s.count,
        parked: z
          .array(
            z.object({
              chat_id: chatId,
              ...failure,
              since: s.timestamp.meta({ description: 'Nothing of it got through since then.' }),
              retry_at: s.timestamp,
            }),
          )
          .meta({ description: 'Those that are tried again next, 20 at most.' }),
        dead_letters: s.count,
      }),
    ),
  })
  .meta({ title: 'HandOffAnswer' });

const pageMaxLetters = 200;

export const deadLettersQuery = z.object({
  chat_id: s.id.optional(),
  after: z.string().max(64).optional().meta({ description: '`next` of the page before.' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(pageMaxLetters)
    .default(50)
    .meta({ description: `1 to ${pageMaxLetters}.` }),
});

/** Of `GET /hand-off/dead-letters`. */
export const deadLettersAnswer = z
  .object({
    letters: z.array(
      z.object({
        id: z.string(),
        chat_id: chatId,
        event: z.looseObject({}).meta({ description: 'As the backend was to get it.' }),
        ...failure,
        first_tried_at: s.timestamp,
        last_tried_at: s.timestamp,
      }),
    ),
    next: z.string().nullable().meta({ description: '`after` of the next page; null: the last.' }),
  })
  .meta({ title: 'DeadLettersAnswer' });

const letterIds = z.array(z.string().max(64)).min(1).max(1_000);

/** Exactly one of `ids`, `chat_id` and `all`. */
export const replayBody = z
  .object({
    ids: letterIds.nullish(),
    chat_id: s.id.nullish(),
    all: z.literal(true).nullish(),
  })
  .refine(({ ids, chat_id, all }) => [ids, chat_id, all].filter(isSet).length === 1, {
    error: 'exactly one of ids, chat_id and all is required',
  })
  .meta({ title: 'ReplayBody' });

export const replayAnswer = z
  .object({ replayed: s.count.meta({ description: 'Letters; unknown ids are left out.' }) })
  .meta({ title: 'ReplayAnswer' });

export const discardBody = z.object({ ids: letterIds }).meta({ title: 'DiscardBody' });

export const discardAnswer = z.object({ discarded: s.count }).meta({ title: 'DiscardAnswer' });

export type HandOffAnswer = z.output<typeof handOffAnswer>;
export type DeadLettersQuery = z.output<typeof deadLettersQuery>;
export type ReplayBody = z.output<typeof replayBody>;
export type DiscardBody = z.output<typeof discardBody>;
