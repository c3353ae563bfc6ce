/** As much of HTTP/1.1 as a publisher needs: one answer at a time on a connection that is kept. */

export interface HttpAnswer {
  status: number;
  /** Seconds; 0 when the server did not say. */
  retryAfterS: number;
  /** Head and body together, in characters of Latin-1. */
  length: number;
}

const headEnd = '\r\n\r\n';

/** Gives undefined while the answer is not complete. Throws when its end cannot be known. */
export const readHttpAnswer = (text: string): HttpAnswer | undefined => {
  const end = text.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const length = end + headEnd.length + contentLength(head);
  if (text.length < length) return undefined;
  return {
    status: Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)),
    retryAfterS: Number(/\r\nretry-after: (\d+)/i.exec(head)?.[1] ?? 0),
    length,
  };
};

const contentLength = (head: string): number => {
  const found = /\r\ncontent-length: (\d+)/i.exec(head);
  if (found === null) throw new Error(`an answer without Content-Length: ${head}`);
  return Number(found[1]);
};
