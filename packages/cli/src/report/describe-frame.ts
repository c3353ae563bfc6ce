/** A frame in one line for a person. */
import { plainText } from './plain-text.ts';
import type { Style } from './style.ts';

interface Frame {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly ts?: string;
}

interface User {
  readonly id?: string;
  readonly role?: string;
  readonly name?: string | null;
}

export function describeFrame({ event, data, ts }: Frame, style: Style): string {
  const time = style('dim', (ts ?? '').slice(11, 23).padEnd(12));
  return `${time}  ${style('cyan', event.padEnd(16))}  ${plainText(said(event, data))}`;
}

function said(event: string, data: Frame['data']): string {
  if (event === 'messageAdded') return message(data['message'] as Record<string, unknown>);
  if (event === 'typingUpdated') {
    return `${who(data['user'])} ${data['is_typing'] === true ? 'is typing' : 'stopped typing'}`;
  }
  if (event === 'userConnected' || event === 'userDisconnected') return who(data['user']);
  return JSON.stringify(data);
}

function message({ user, type, text, attachments }: Record<string, unknown>): string {
  const files =
    Array.isArray(attachments) && attachments.length > 0 ? ` [${attachments.length} files]` : '';
  const kind = type === 'standard' ? '' : ` (${String(type)})`;
  return `${who(user)}${kind}: ${typeof text === 'string' ? text : ''}${files}`;
}

function who(user: unknown): string {
  const { id, role, name } = (user ?? {}) as User;
  if (id === undefined) return 'nobody';
  return `${name ?? id} <${role ?? 'user'} ${id}>`;
}
