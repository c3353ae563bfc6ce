import { z } from 'zod';
import { type Scalars, defaultScalars } from '../scalars.ts';
import { sourcesSchema } from './sources.ts';
import { userSchema } from './user.ts';

/** One live `/broadcast` connection. */
export function operatorSessionSchema(s: Scalars) {
  return z
    .object({
      id: s.id,
      operator_user: userSchema(s),
      sources: sourcesSchema(s),
      connected_at: s.timestamp,
      last_seen_at: s.timestamp,
      app: z.string().nullish(),
      node: z.string(),
    })
    .meta({
      title: 'OperatorSession',
      description: 'Active operator session and its available broadcast sources',
    });
}

export const operatorSession = operatorSessionSchema(defaultScalars);
export type OperatorSession = z.output<typeof operatorSession>;
