/** One message. Who wrote it decides its side, its type how it looks. */
import type { Attachment, Message, Postback } from '@switchboard/client';
import { formatDay, formatTime } from '../shell/format.ts';
import { Icon } from '../shell/icon.tsx';
import type { Entry } from './entry.ts';

export interface MessageViewProps {
  readonly entry: Entry;
  readonly before: Entry | undefined;
  readonly isMine: boolean;
  readonly onSendAgain: (key: string) => void;
  /** Given where buttons of bots may be pressed. */
  readonly onAction?: (postback: Postback & { label: string }) => void;
}

export function MessageView(props: MessageViewProps) {
  const { entry, before } = props;
  const { message } = entry;
  const day = dayOf(message);
  return (
    <>
      {day !== '' && day !== dayOf(before?.message) && (
        <div class="day">
          <span>{formatDay(message.created_at ?? 0)}</span>
        </div>
      )}
      {message.type === 'system' ? (
        <p class="message-system">{message.text ?? message.system?.code ?? ''}</p>
      ) : (
        <Bubble {...props} />
      )}
      {entry.isBeforeGap === true && <p class="message-gap">Some messages may be missing here.</p>}
    </>
  );
}

const dayOf = (message: Message | undefined): string =>
  message?.created_at == null ? '' : new Date(message.created_at).toDateString();

function Bubble(props: MessageViewProps) {
  const { entry, isMine, onSendAgain } = props;
  const { message } = entry;
  return (
    <article class={`message type-${message.type}${isMine ? ' is-mine' : ''}`} data-key={entry.key}>
      {!isMine && isFirstOfWriter(props) && <p class="message-writer">{writerOf(message)}</p>}
      <div class="bubble">
        {message.type === 'note' && (
          <span class="message-kind">
            <Icon name="note" /> Note, operators only
          </span>
        )}
        {message.type === 'bot' && <span class="message-kind">Automatic answer</span>}
        <Content message={message} />
      </div>
      <Actions {...props} />
      <p class="message-foot">
        {message.edited_at != null && message.deleted_at == null && <span>edited</span>}
        {message.created_at != null && <time>{formatTime(message.created_at)}</time>}
        {isMine && message.type !== 'note' && <MarkView entry={entry} />}
      </p>
      {entry.sending === 'refused' && (
        <p class="message-refused" role="alert">
          Not sent: {entry.refusal}{' '}
          <button type="button" class="link" onClick={() => onSendAgain(entry.key)}>
            Send again
          </button>
        </p>
      )}
    </article>
  );
}

const isFirstOfWriter = ({ entry, before }: MessageViewProps): boolean =>
  before?.message.user?.id !== entry.message.user?.id ||
  before?.message.type !== entry.message.type;

const writerOf = ({ user, type }: Message): string =>
  user?.name ?? (type === 'bot' ? 'Bot' : (user?.id ?? ''));

function Content({ message }: { message: Message }) {
  if (message.deleted_at != null) return <p class="message-deleted">This message was deleted.</p>;
  return (
    <>
      {message.reply_to?.text != null && (
        <blockquote class="message-quote">{message.reply_to.text}</blockquote>
      )}
      {message.text != null && <p class="message-text">{message.text}</p>}
      {message.attachments?.map((attachment) => (
        <AttachmentLink key={attachment.url} attachment={attachment} />
      ))}
    </>
  );
}

/** Only what a link may lead to: the protocol lets `http` and `https` pass, and so does this. */
function AttachmentLink({ attachment }: { attachment: Attachment }) {
  const { url, name, alt, type } = attachment;
  if (!/^https?:/iu.test(url)) return null;
  return (
    <a class="attachment" href={url} target="_blank" rel="noreferrer">
      {name ?? alt ?? type}
    </a>
  );
}

function Actions({ entry: { message }, onAction }: MessageViewProps) {
  if (onAction === undefined || message.actions == null || message.actions.length === 0)
    return null;
  return (
    <div class="message-actions">
      {message.actions.map(({ id, label, value }) => (
        <button
          key={id}
          type="button"
          class="chip"
          onClick={() => onAction({ action_id: id, value, label })}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

const marks = {
  waiting: { icon: 'clock', label: 'Waits to be sent' },
  refused: { icon: 'alert', label: 'Not sent' },
  sent: { icon: 'check', label: 'Sent' },
  delivered: { icon: 'checks', label: 'Delivered' },
  read: { icon: 'checks', label: 'Read' },
} as const;

function MarkView({ entry }: { entry: Entry }) {
  const name = entry.sending ?? entry.mark;
  const { icon, label } = marks[name];
  return (
    <span class={`mark mark-${name}`} title={label} role="img" aria-label={label}>
      <Icon name={icon} />
    </span>
  );
}
