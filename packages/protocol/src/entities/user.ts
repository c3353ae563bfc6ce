import { z } from 'zod';
import { type Scalars, defaultScalars, userRoles } from '../scalars.ts';

export function userSchema(s: Scalars) {
  return z
    .looseObject(userFields(s))
    .meta({ title: 'User', description: 'User related information' });
}

/** `Message.user`: the one place where nothing else implies the role. */
export function messageUserSchema(s: Scalars) {
  return z
    .looseObject({ ...userFields(s), role: z.enum(userRoles) })
    .meta({ title: 'MessageUser', description: 'The author of a message' });
}

function userFields(s: Scalars) {
  return {
    id: s.id,
    role: z.enum(userRoles).nullish(),
    name: z.string().nullish(),
    avatar_url: z.string().max(s.limits.urlMaxChars).nullish(),
    job_title: z.string().nullish(),
    email: z.string().nullish(),
    phone: z.string().nullish(),
    external_id: s.id.nullish(),
    meta: s.meta.nullish(),
  };
}

/** The fields of a User that a client may read. */
export const publicUserFields = ['id', 'role', 'name', 'avatar_url', 'job_title'] as const;

export function publicUserSchema(s: Scalars) {
  const { id, role, name, avatar_url, job_title } = userFields(s);
  return z
    .object({ id, role, name, avatar_url, job_title })
    .meta({ title: 'PublicUser', description: 'What a client may read of a user' });
}

export const user = userSchema(defaultScalars);
export const publicUser = publicUserSchema(defaultScalars);

/** Operators read all of it; clients read a `PublicUser`. */
export type User = z.output<typeof user>;
export type MessageUser = z.output<ReturnType<typeof messageUserSchema>>;
export type PublicUser = z.output<typeof publicUser>;
