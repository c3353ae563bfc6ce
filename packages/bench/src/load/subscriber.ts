/** One socket that counts what it gets. */
import type { DialectName, Persona } from './dialect/dialect.ts';
import { dialects } from './dialect/dialects.ts';
import type { Tally } from './tally.ts';
import { openWebSocket } from './web-socket.ts';

/** How to open a socket; it counts as open when it is sure to get everything. */
export type SubscriberPlan = { port: number; localAddress?: string } & (
  | {
      /** The upgrade request, ready to be sent. */
      request: string;
      /** Whether the server says something first; only then the socket counts as open. */
      isGreeted: boolean;
    }
  | { talk: Talk }
);

/** Where more has to be said than a request. */
export interface Talk {
  dialect: DialectName;
  persona: Persona;
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
    const { request, upgraded, hear } = converse(plan, (frame) => socket.send(frame));
    const openIf = (isIn: boolean) => {
      if (isOpen || !isIn) return;
      isOpen = true;
      socket.settle();
      resolve({ isOpen: () => isOpen });
    };
    const socket = openWebSocket(
      { ...plan, request },
      {
        upgraded: () => openIf(upgraded()),
        chunk: tally.chunk,
        text: (bytes, start, end) => {
          if (!tally.frame(bytes, start, end)) openIf(hear(bytes, start, end));
        },
        closed: (code, error) => {
          // Why a socket broke is told by `reject` when it never opened; later its loss alone counts.
          reject(error ?? new Error(`closed with ${code} before it was open`));
          if (isOpen) onLost(code);
          isOpen = false;
        },
      },
    );
  });

/** What is said, and whether the socket is open with what was heard. */
interface Conversation {
  request: string;
  upgraded(): boolean;
  /** Of frames that carry no message. */
  hear(bytes: Buffer, start: number, end: number): boolean;
}

const converse = (plan: SubscriberPlan, send: (frame: Buffer) => void): Conversation => {
  if (!('talk' in plan)) {
    const { request, isGreeted } = plan;
    return { request, upgraded: () => !isGreeted, hear: () => true };
  }
  const dialect = dialects[plan.talk.dialect](plan.talk.persona);
  return {
    request: dialect.request(plan.port),
    upgraded: () => dialect.upgraded().isIn === true,
    hear: (bytes, start, end) => {
      const { answer, isIn = false } = dialect.read(bytes, start, end);
      if (answer !== undefined) send(answer);
      return isIn;
    },
  };
};
