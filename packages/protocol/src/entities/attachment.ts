import { z } from 'zod';
import { type Scalars, defaultScalars } from '../scalars.ts';

export function attachmentFields(s: Scalars) {
  return {
    id: s.id.nullish(),
    type: s.word('image', 'file', 'audio', 'video'),
    url: s.url,
    name: z.string().nullish(),
    content_type: z.string().nullish(),
    size: s.count.nullish(),
    width: z.number().min(0).nullish(),
    height: z.number().min(0).nullish(),
    duration_ms: z.number().min(0).nullish(),
    thumbnail_url: s.url.nullish(),
    alt: z.string().nullish(),
  };
}

/** A reference to a file. Files themselves never cross the socket. */
export function attachmentSchema(s: Scalars) {
  return z
    .looseObject(attachmentFields(s))
    .meta({ title: 'Attachment', description: 'A reference to a file kept elsewhere' });
}

export const attachment = attachmentSchema(defaultScalars);
export type Attachment = z.output<typeof attachment>;
