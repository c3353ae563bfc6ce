/** A person as a coloured disc; pictures would be loaded from elsewhere, which the page's policy forbids. */
import { initialsOf } from './format.ts';

const huesMax = 8;

export function Avatar({ name, id }: { name: string; id: string }) {
  return (
    <span class={`avatar hue-${hueOf(id)}`} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

/** The same for the same person on every page. */
function hueOf(id: string): number {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return sum % huesMax;
}
