/** One client in a room that sends and receives. */
import type { DialectName, Persona, Reading } from './dialect/dialect.ts';
import { dialects } from './dialect/dialects.ts';
import { createNumberReader } from './message-body.ts';
import type { Tally } from './tally.ts';
import { openWebSocket } from './web-socket.ts';

export interface SpeakerOptions {
  plan: { dialect: DialectName; persona: Persona; port: number; run: string };
  tally: Tally;
  /** Whether a message of this client is under way: only then its number is looked for. */
  isAwaiting(): boolean;
  onHeard(number: number): void;
  onRefused(number: number, waitMs: number): void;
  /** It has ended by itself; not called when it never opened. */
  onLost(closeCode: number): void;
}

export interface Speaker {
  say(id: string, text: string): void;
}

const retryAfterMs = 250;

/** Resolves when the client is in its room. */
export const openSpeaker = (options: SpeakerOptions): Promise<Speaker> =>
  new Promise((resolve, reject) => {
    const { plan, tally, isAwaiting, onHeard, onRefused, onLost } = options;
    const dialect = dialects[plan.dialect](plan.persona);
    const readNumber = createNumberReader(plan.run);
    let isIn = false;
    const take = (reading: Reading) => {
      if (reading.answer !== undefined) socket.send(reading.answer);
      if (isIn || reading.isIn !== true) return;
      isIn = true;
      socket.settle();
      resolve({ say: (id, text) => socket.send(dialect.say(id, text)) });
    };
    const socket = openWebSocket(
      { port: plan.port, request: dialect.request(plan.port) },
      {
        upgraded: () => take(dialect.upgraded()),
        chunk: tally.chunk,
        text: (bytes, start, end) => {
          const isMessage = tally.frame(bytes, start, end);
          if (!isMessage) take(dialect.read(bytes, start, end));
          if (!isAwaiting()) return;
          const number = readNumber(bytes, start, end);
          if (number < 0) return;
          if (isMessage) onHeard(number);
          else onRefused(number, retryAfterMs);
        },
        closed: (code, error) => {
          reject(error ?? new Error(`closed with ${code} before it was in`));
          if (isIn) onLost(code);
        },
      },
    );
  });
