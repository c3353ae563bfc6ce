/** What a good backend keeps: messages and its answers about them by key, events by their id. */
import type { Answer, HookCall, KeptEvent, KeptMessage } from './contract.ts';

const verdicts = new Set<Answer['status']>([400, 403, 409, 410, 422]);

export interface Memory {
  readonly messages: Map<string, KeptMessage>;
  readonly events: Map<string, KeptEvent>;
  repeatedEvents: number;
  /** What the answer becomes with what was said before; keeps what it has to. */
  decide(call: HookCall, answer: Answer): Answer;
}

export const createMemory = (): Memory => {
  const decisions = new Map<string, Answer>();
  const memory: Memory = {
    messages: new Map(),
    events: new Map(),
    repeatedEvents: 0,
    decide: (call, answer) => {
      const { status = 200 } = answer;
      const keeps = answer.keeps ?? isGood(status);
      if (call.hook === 'events') {
        if (keeps) keepEvents(memory, call);
        return answer;
      }
      const isFinal = (isGood(status) && keeps) || verdicts.has(status);
      if (!isFinal && !keeps) return answer;
      const first = decisions.get(call.key);
      const own = first ?? withId(isFinal ? answer : {}, memory.messages.size);
      if (first === undefined && keeps) keepMessage(memory, call, own);
      decisions.set(call.key, own);
      return isFinal ? { ...own, ...paceOf(answer) } : answer;
    },
  };
  return memory;
};

const isGood = (status: Answer['status']): boolean =>
  typeof status === 'number' && status >= 200 && status < 300;

/** It numbers messages itself, unless the script says what it answers. */
const withId = (answer: Answer, count: number): Answer =>
  (answer.status ?? 200) === 200 && answer.body === undefined
    ? { ...answer, body: { id: `kept-${count}` } }
    : answer;

/** How an answer comes, whatever it says. */
const paceOf = ({ headAfterMs, bodyAfterMs, isCut = false }: Answer): Answer => ({
  isCut,
  ...(headAfterMs !== undefined && { headAfterMs }),
  ...(bodyAfterMs !== undefined && { bodyAfterMs }),
});

const keepMessage = (
  { messages }: Memory,
  { key, body, number }: HookCall,
  { body: said }: Answer,
): void => {
  const { chat_id: chatId, user, message } = body;
  const { id = message.id ?? body.id, text = message.text } = fieldsOf(said);
  const clientMessageId = message.client_message_id;
  const own = { id: String(id), chatId, userId: user.id, clientMessageId, text };
  messages.set(key, { key, ...own, call: number });
};

const keepEvents = (memory: Memory, { body, number }: HookCall): void => {
  for (const frame of body.events) {
    const eventId: string = frame.event_id;
    if (memory.events.has(eventId)) memory.repeatedEvents += 1;
    else memory.events.set(eventId, { eventId, frame, call: number });
  }
};

const fieldsOf = (body: unknown): { id?: unknown; text?: unknown } =>
  typeof body === 'object' && body !== null ? body : {};
