/** What a socket has to send, again and again with the same id until it is answered. */

/** The outcome, and the event's id where the answer has one. */
export interface Answer {
  outcome: 'accepted' | 'refused' | 'open';
  /** Of a refusal over a socket: its code, and the backend's own one. */
  code?: string | undefined;
  reason?: string | undefined;
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
  /** Whether it ever had a message with this `client_message_id`. */
  isOwn(clientMessageId: unknown): boolean;
  close(): void;
}

interface AnswerFrame {
  event: string;
  event_id?: string;
  position?: string;
  request_id?: string;
  data: { retryable?: boolean; retry_after_ms?: number; code?: string; reason?: string };
}

interface Letter {
  text: string;
  attempts: number;
  timer: NodeJS.Timeout | undefined;
  settle: (answer: Answer) => void;
}

const patienceMs = 6000;
const retryAfterMs = 300;

/** @param onSetback told the code with which a message is to be sent again */
export const createMailbox = (
  transmit: (text: string) => void,
  onSetback: (code: string) => void,
): Mailbox => {
  const letters = new Map<string, Letter>();
  const own = new Set<unknown>();
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
        own.add(data.client_message_id);
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
      const { code, reason, retryable, retry_after_ms: waitMs = retryAfterMs } = frame.data;
      if (retryable !== true) return settle(id, letter, { outcome: 'refused', code, reason });
      onSetback(code ?? 'none');
      clearTimeout(letter.timer);
      letter.timer = setTimeout(() => post(letter), waitMs);
    },
    isOwn: (clientMessageId) => own.has(clientMessageId),
    close: () => {
      for (const [id, letter] of letters) settle(id, letter, { outcome: 'open' });
    },
  };
};
