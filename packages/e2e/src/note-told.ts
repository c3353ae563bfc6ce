/** What a witness was told of others' coming and going, into the book. Witnesses themselves do not count. */
import type { Frame, PresenceBook } from '@switchboard/testkit';

export const noteTold = (book: PresenceBook, place: string, frames: readonly Frame[]): void => {
  for (const { event, data } of frames) {
    const told = /^(?:user|operator)(C|Disc)onnected$/u.exec(event);
    if (told === null) continue;
    const { id } = data.user ?? data.operator_user;
    if (!id.startsWith('witness')) book.note(place, id, told[1] === 'C' ? 'came' : 'went');
  }
};
