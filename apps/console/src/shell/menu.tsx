/** What opens under a button of the bar: closed by Escape, by a press elsewhere, and when the focus leaves it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface MenuProps {
  /** What stands on the button. */
  readonly button: ComponentChildren;
  readonly title: string;
  readonly children: ComponentChildren;
}

export function Menu({ button, title, children }: MenuProps) {
  const details = useRef<HTMLDetailsElement>(null);
  const closeOutside = (target: EventTarget | null) => {
    const { current } = details;
    if (current !== null && target instanceof Node && !current.contains(target))
      current.open = false;
  };
  useEffect(() => {
    const onPress = ({ target }: PointerEvent) => closeOutside(target);
    document.addEventListener('pointerdown', onPress);
    return () => document.removeEventListener('pointerdown', onPress);
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || details.current?.open !== true) return;
    // It closes this and nothing else.
    event.stopPropagation();
    details.current.open = false;
    details.current.querySelector('summary')?.focus();
  };
  return (
    <details
      ref={details}
      class="menu"
      onKeyDown={onKeyDown}
      onFocusOut={({ relatedTarget }) => closeOutside(relatedTarget)}
    >
      <summary class="button is-quiet">{button}</summary>
      <div class="menu-panel">
        <h2>{title}</h2>
        {children}
      </div>
    </details>
  );
}
