/** A backend that refuses, changes and posts messages by their numbers, and fails by chance. */
import type { HookCall, Rule, ScriptedBackend } from '@switchboard/testkit';

type Answer = Exclude<Rule['answer'], (call: HookCall) => unknown>;

export interface Moods {
  /** From 0 to 1. */
  random: () => number;
  /** Share of the calls that fail or are slow. */
  badShare: number;
  slowMs: number;
}

/** The ledger's texts begin with `#` and the number of the send. */
const numberOf = ({ body }: HookCall): number =>
  Number.parseInt(String(body.message.text).slice(1), 10);

/** What it decides about a message: the same whenever it is asked. */
const decide = (call: HookCall): Answer | undefined => {
  const number = numberOf(call);
  if (number % 17 === 3)
    return { status: 422, body: { code: `rule-${number % 5}`, message: 'no' } };
  if (number % 23 === 4) return { status: 403 };
  if (number % 31 === 7) return { status: 202, postsAfterMs: 200 };
  if (number % 13 === 5) return { status: 204 };
  if (number % 11 === 6)
    return { status: 201, body: { id: `b-${number}`, text: `${call.body.message.text} (kept)` } };
  return undefined;
};

const setback = ({ random, slowMs }: Moods): Answer => {
  const answers: Answer[] = [
    { status: 500 },
    { status: 503, headers: { 'retry-after': '1' } },
    { status: 429, headers: { 'retry-after': '1' } },
    { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    { status: 'reset' },
    { status: 'reset', keeps: true },
    { status: 'never', keeps: true },
    { isCut: true },
    { status: 500, keeps: true },
    { headAfterMs: slowMs },
    { bodyAfterMs: slowMs, body: {} },
  ];
  return answers[Math.floor(random() * answers.length)] as Answer;
};

export const makeMoody = (backend: ScriptedBackend, moods: Moods): void => {
  backend.script({ hook: 'send', answer: decide });
  backend.script({
    answer: () => (moods.random() < moods.badShare ? setback(moods) : undefined),
  });
};
