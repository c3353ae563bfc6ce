/** What a token says. Its signature and its `exp` against the clock are checked by the edge. */
import { z } from 'zod';
import { sourcesSchema } from './entities/sources.ts';
import type { User } from './entities/user.ts';
import { type Scalars, defaultScalars } from './scalars.ts';

export function claimsSchema(s: Scalars) {
  const everyone = {
    sub: s.id,
    name: z.string().nullish(),
    avatar_url: z.string().max(s.limits.urlMaxChars).nullish(),
    job_title: z.string().nullish(),
    exp: z.number().meta({ description: 'Seconds since the epoch.' }),
    iat: z.number().nullish().meta({ description: 'When it was issued, seconds since the epoch.' }),
    jti: z.string().nullish(),
  };
  return z.discriminatedUnion('role', [
    z.object({
      ...everyone,
      role: z.literal('client'),
      chat_id: s.id.meta({ description: 'The one room that this client may join.' }),
    }),
    z.object({
      ...everyone,
      role: z.literal('operator'),
      sources: sourcesSchema(s).nullish(),
      chats: z.array(s.id).nullish().meta({ description: 'The rooms it may join; absent = all.' }),
    }),
  ]);
}

export const claims = claimsSchema(defaultScalars);

export type Claims = z.output<typeof claims>;
export type ClientClaims = Extract<Claims, { role: 'client' }>;
export type OperatorClaims = Extract<Claims, { role: 'operator' }>;

/** The user that a token names, as everyone in a room may see it. */
export function userOfClaims({
  sub,
  role,
  name,
  avatar_url,
  job_title,
}: Claims): User & { role: Claims['role'] } {
  return {
    id: sub,
    role,
    ...(name !== undefined && { name }),
    ...(avatar_url !== undefined && { avatar_url }),
    ...(job_title !== undefined && { job_title }),
  };
}

/** Whether a token's holder may join a room. Joining is a permission; `sources` is not. */
export function mayJoin(holder: Claims, chatId: string): boolean {
  if (holder.role === 'client') return holder.chat_id === chatId;
  return holder.chats === undefined || holder.chats === null || holder.chats.includes(chatId);
}
