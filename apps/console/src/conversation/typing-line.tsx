/** Who is typing. Its place is kept when nobody is, so that nothing moves. */
import type { Typist } from './typing-book.ts';

export function TypingLine({ typists }: { typists: readonly Typist[] }) {
  const [first] = typists;
  const names = typists.map(({ user }) => user.name ?? user.id).join(', ');
  return (
    <p class="typing" aria-live="polite">
      {first !== undefined && (
        <>
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span>
            {names} {first.isPrivate ? 'writes a note' : 'is typing'}
          </span>
          {first.preview !== undefined && <q class="typing-preview">{first.preview}</q>}
        </>
      )}
    </p>
  );
}
