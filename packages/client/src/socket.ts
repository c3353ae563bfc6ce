/** One WebSocket at a time. What comes from one that was left is not heard. */
import type { Environment, SocketLike } from './environment.ts';

export interface SocketEvents {
  readonly frame: (text: string) => void;
  /** Once; `wasOpen`: the upgrade had been taken. */
  readonly closed: (code: number, wasOpen: boolean) => void;
  /** The platform refuses to try: a URL or a token that no socket takes. `closed` follows. */
  readonly failed: (error: unknown) => void;
}

export interface Socket {
  open(address: () => string, token: string): void;
  send(text: string): void;
  /** Closes it; nothing more is heard of it. */
  leave(code: number): void;
}

/** What RFC 6455 calls a connection that ended without a close frame. */
const abnormal = 1006;

export function createSocket(WebSocket: Environment['WebSocket'], events: SocketEvents): Socket {
  let current: SocketLike | undefined;
  const listen = (socket: SocketLike) => {
    let wasOpen = false;
    const isCurrent = () => current === socket;
    const lost = (code: number) => {
      if (!isCurrent()) return;
      current = undefined;
      events.closed(code, wasOpen);
    };
    socket.addEventListener('open', () => (wasOpen = true));
    socket.addEventListener('message', ({ data }) => {
      if (isCurrent() && typeof data === 'string') events.frame(data);
    });
    // Node 22 tells no `close` of a socket that never opened (seen in 22.23); browsers tell both.
    socket.addEventListener('error', () => {
      if (!wasOpen) lost(abnormal);
    });
    socket.addEventListener('close', ({ code }) => lost(code ?? abnormal));
  };
  return {
    open(address, token) {
      try {
        current = new WebSocket(address(), ['bearer', token]);
      } catch (error) {
        events.failed(error);
        events.closed(abnormal, false);
        return;
      }
      listen(current);
    },
    send(text) {
      current?.send(text);
    },
    leave(code) {
      const left = current;
      current = undefined;
      left?.close(code);
    },
  };
}
