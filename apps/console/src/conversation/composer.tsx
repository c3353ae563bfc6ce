/** Where one writes. Enter sends, Shift with Enter makes a line. */
import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../shell/icon.tsx';

export interface ComposerProps {
  readonly label: string;
  readonly draft?: string;
  readonly fieldId?: string;
  readonly onWrite: (text: string) => void;
  readonly onSend: (text: string) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly isNote?: boolean;
  /** What stands beside the button. */
  readonly children?: ComponentChildren;
}

const heightMaxPx = 160;

export function Composer(props: ComposerProps) {
  const { label, draft = '', fieldId, onWrite, onSend, isNote = false } = props;
  const [text, setText] = useState(draft);
  const field = useRef<HTMLTextAreaElement>(null);
  useHeight(field, text);
  const write = (next: string) => {
    setText(next);
    onWrite(next);
  };
  const send = () => {
    if (text.trim() === '') return;
    setText('');
    onSend(text.trim());
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    props.onKeyDown?.(event);
    // A key of an input method's own is no Enter.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class={`composer${isNote ? ' is-note' : ''}`}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        id={fieldId}
        rows={1}
        aria-label={label}
        placeholder={label}
        value={text}
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div class="composer-bar">
        {props.children}
        <button type="submit" class="button is-primary" disabled={text.trim() === ''}>
          <Icon name="send" />
          <span>{isNote ? 'Add note' : 'Send'}</span>
        </button>
      </div>
    </form>
  );
}

/** As high as the text, up to a limit. */
function useHeight(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, heightMaxPx)}px`;
  }, [text]);
}
