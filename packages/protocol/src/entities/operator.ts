import { z } from 'zod';
import { type Scalars, defaultScalars } from '../scalars.ts';
import { sourcesSchema } from './sources.ts';

export function operatorSchema(s: Scalars) {
  return z
    .looseObject({
      id: s.id,
      name: z.string().nullish(),
      avatar_url: z.string().max(s.limits.urlMaxChars).nullish(),
      job_title: z.string().nullish(),
      email: z.string().nullish(),
      status: s.word('online', 'away', 'busy', 'offline').nullish(),
      routing_status: s.word('accepting_chats', 'not_accepting_chats').nullish(),
      away_reason: z.string().nullish(),
      active_chats: s.count.nullish(),
      max_chats: s.count.nullish(),
      sources: sourcesSchema(s).nullish(),
      last_seen_at: s.timestamp.nullish(),
      updated_at: s.timestamp.nullish(),
      version: z.number().nullish(),
      meta: s.meta.nullish(),
    })
    .meta({ title: 'Operator', description: 'Operator related information' });
}

export const operator = operatorSchema(defaultScalars);
export type Operator = z.output<typeof operator>;
