/** One socket that counts what it gets. */
import type { Tally } from './tally.ts';
import { openWebSocket } from './web-socket.ts';

export interface SubscriberPlan {
  port: number;
  /** The upgrade request, ready to be sent. */
  request: string;
  /** Whether the server says something first; only then the socket counts as open. */
  isGreeted: boolean;
}

export interface Subscriber {
  isOpen(): boolean;
}

/** Resolves when the socket is open; `onLost` learns of the close code when it ends by itself later. */
export const openSubscriber = (
  plan: SubscriberPlan,
  tally: Tally,
  onLost: (closeCode: number) => void,
): Promise<Subscriber> =>
  new Promise((resolve, reject) => {
    let isOpen = false;
    const opened = () => {
      if (isOpen) return;
      isOpen = true;
      socket.settle();
      resolve({ isOpen: () => isOpen });
    };
    const socket = openWebSocket(plan, {
      upgraded: () => {
        if (!plan.isGreeted) opened();
      },
      chunk: tally.chunk,
      text: (bytes, start, end) => {
        tally.frame(bytes, start, end);
        if (!isOpen) opened();
      },
      closed: (code, error) => {
        // Why a socket broke is told by `reject` when it never opened; later its loss alone counts.
        reject(error ?? new Error(`closed with ${code} before it was open`));
        if (isOpen) onLost(code);
        isOpen = false;
      },
    });
  });
