/** Who is typing. Its place is kept when nobody is, so that nothing moves. */
import { nameAll } from '../shell/format.ts';
import type { Typist } from './typing-book.ts';

export function TypingLine({ typists }: { typists: readonly Typist[] }) {
  const [first] = typists;
  const { names, are } = nameAll(typists.map(({ user }) => user));
  return (
    <p class="typing" aria-live="polite">
      {first !== undefined && (
        <>
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span>{`${names} ${are} ${first.isPrivate ? 'writing a note' : 'typing'}`}</span>
          {first.preview !== undefined && <q class="typing-preview">{first.preview}</q>}
        </>
      )}
    </p>
  );
}
