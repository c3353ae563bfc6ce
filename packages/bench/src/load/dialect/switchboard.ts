/** A raw client of this product's `/chat`: it keeps the last position that it read, and comes back with it. */
import { textFrame, upgradeRequest } from '../upgrade.ts';
import { nothing, type Dialect, type Persona, type Reading } from './dialect.ts';

const positionKey = '"position":"';
const connected = '{"event":"connected"';
const caughtUp = '{"event":"caughtUp"';

export const switchboardDialect = ({ chatId, token }: Persona): Dialect => {
  let since: string | undefined;
  return {
    request: (port) => {
      const resume = since === undefined ? '' : `&since=${encodeURIComponent(since)}`;
      const path = `/chat?chat_id=${chatId}${resume}`;
      return upgradeRequest({ port, path, ...(token !== undefined && { token }) });
    },
    upgraded: () => nothing,
    read: (bytes, start, end) => {
      const at = bytes.indexOf(positionKey, start, 'latin1');
      if (at >= 0 && at < end) since = readString(bytes, at + positionKey.length);
      if (startsWith(bytes, start, connected))
        return greeting(bytes.toString('latin1', start, end));
      return startsWith(bytes, start, caughtUp) ? { isIn: true, isResumed: true } : nothing;
    },
    say: (id, text) =>
      textFrame(`{"event":"sendMessage","data":{"client_message_id":"${id}","text":"${text}"}}`),
  };
};

/** One that resumes is in when it has caught up; one that cannot is told so here. */
const greeting = (frame: string): Reading => {
  if (frame.includes('"resumed":true')) return nothing;
  return frame.includes('"resumed":false') ? { isIn: true, isResumed: false } : { isIn: true };
};

const readString = (bytes: Buffer, from: number): string =>
  bytes.toString('latin1', from, bytes.indexOf('"', from, 'latin1'));

const startsWith = (bytes: Buffer, start: number, text: string): boolean =>
  bytes.toString('latin1', start, start + text.length) === text;
