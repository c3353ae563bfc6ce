/** What a socket has to send, again and again with the same id until it is answered. */

/** The outcome, and the event's id where the answer has one. */
export interface Answer {
  outcome: 'accepted' | 'refused' | 'open';
  eventId?: string | undefined;
  position?: string | undefined;
  attempts: number;
}

export interface Mailbox {
  /** Resolves with the final answer; with `open` when the mailbox is closed before. */
  send(number: number, message: object): Promise<Answer>;
  /** The socket is live (again): everything unanswered is sent. */
  flush(): void;
  answer(frame: AnswerFrame): void;
  close(): void;
}

interface AnswerFrame {
  event: string;
  event_id?: string;
  position?: string;
  request_id?: string;
  data: { retryable?: boolean; retry_after_ms?: number; code?: string };
}

interface Letter {
  text: string;
  attempts: number;
  timer: NodeJS.Timeout | undefined;
  settle: (answer: Answer) => void;
}

const patienceMs = 6000;
const retryAfterMs = 300;

export const createMailbox = (transmit: (text: string) => void): Mailbox => {
  const letters = new Map<string, Letter>();
  const post = (letter: Letter) => {
    clearTimeout(letter.timer);
    letter.attempts += 1;
    letter.timer = setTimeout(() => post(letter), patienceMs);
    transmit(letter.text);
  };
  const settle = (id: string, letter: Letter, answer: Omit<Answer, 'attempts'>) => {
    clearTimeout(letter.timer);
    letters.delete(id);
    letter.settle({ ...answer, attempts: letter.attempts });
  };
  return {
    send: (number, message) =>
      new Promise((resolve) => {
        const id = `r${number}`;
        const data = { ...message, client_message_id: `c${number}` };
        const text = JSON.stringify({ event: 'sendMessage', data, id });
        const letter: Letter = { text, attempts: 0, timer: undefined, settle: resolve };
        letters.set(id, letter);
        post(letter);
      }),
    flush: () => {
      for (const letter of letters.values()) post(letter);
    },
    answer: (frame) => {
      const id = frame.request_id ?? '';
      const letter = letters.get(id);
      if (letter === undefined) return;
      if (frame.event === 'messageAdded')
        return settle(id, letter, {
          outcome: 'accepted',
          eventId: frame.event_id,
          position: frame.position,
        });
      if (frame.data.retryable !== true) return settle(id, letter, { outcome: 'refused' });
      clearTimeout(letter.timer);
      letter.timer = setTimeout(() => post(letter), frame.data.retry_after_ms ?? retryAfterMs);
    },
    close: () => {
      for (const [id, letter] of letters) settle(id, letter, { outcome: 'open' });
    },
  };
};
