/** The query of a connect URL, for documents; the edge reads it in its own way, before any schema. */
import { z } from 'zod';
import { defaultScalars as s } from '../scalars.ts';

const { historyMaxEvents, wordMaxChars } = s.limits;

const common = {
  since: z
    .string()
    .optional()
    .meta({ description: 'Resume position: everything after it comes first.' }),
  history: z
    .int()
    .min(0)
    .max(historyMaxEvents)
    .optional()
    .meta({ description: 'Events from the N-th newest message on.' }),
  token: z.string().optional().meta({ description: 'For tools only: URLs end up in access logs.' }),
  app: z
    .string()
    .max(wordMaxChars)
    .optional()
    .meta({ description: 'Name and version of the application, without control characters.' }),
};

export const connectQuery = {
  chat: z.object({
    chat_id: s.id
      .optional()
      .meta({ description: 'The room; a client may leave it out, its token names it.' }),
    ...common,
    observe: z
      .literal('1')
      .optional()
      .meta({ description: 'An operator reads along, told to nobody.' }),
  }),
  broadcast: z.object(common),
};
