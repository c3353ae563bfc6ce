/**
 * How many messages of one chat wait for the backend on this edge, and about how many of them it is asked at a
 * time: a chat whose messages it is slow to answer has its own line, and holds up no other.
 */
export interface SendLinesOptions {
  /** Messages of one chat that may wait for their turn. */
  readonly waitingMax: number;
  /** Calls of one chat at a time. */
  readonly callsMax: number;
}

export interface SendLines {
  /** All that wait. */
  readonly waiting: number;
  isFull(chatId: string): boolean;
  /** One more waits. */
  enter(chatId: string): void;
  /** So many that waited have gone. */
  leave(chatId: string, count: number): void;
  /** Resolves when one that has entered may ask: first come, first served. Then call `end`, once. */
  turn(chatId: string): Promise<void>;
  end(chatId: string): void;
}

interface Line {
  waiting: number;
  calls: number;
  readonly due: (() => void)[];
}

export function createSendLines({ waitingMax, callsMax }: SendLinesOptions): SendLines {
  const lines = new Map<string, Line>();
  let waiting = 0;

  const lineOf = (chatId: string): Line => {
    const known = lines.get(chatId);
    if (known !== undefined) return known;
    const line = { waiting: 0, calls: 0, due: [] };
    lines.set(chatId, line);
    return line;
  };
  const wait = (chatId: string, count: number) => {
    const line = lineOf(chatId);
    line.waiting += count;
    waiting += count;
    if (line.waiting === 0 && line.calls === 0) lines.delete(chatId);
  };
  const call = (chatId: string) => {
    lineOf(chatId).calls += 1;
    wait(chatId, -1);
  };
  return {
    get waiting() {
      return waiting;
    },
    isFull: (chatId) => (lines.get(chatId)?.waiting ?? 0) >= waitingMax,
    enter: (chatId) => wait(chatId, 1),
    leave: (chatId, count) => wait(chatId, -count),
    turn(chatId) {
      const line = lineOf(chatId);
      if (line.calls < callsMax) return Promise.resolve(call(chatId));
      return new Promise((resolve) => {
        line.due.push(() => resolve(call(chatId)));
      });
    },
    end(chatId) {
      const line = lineOf(chatId);
      line.calls -= 1;
      line.due.shift()?.();
      wait(chatId, 0);
    },
  };
}
