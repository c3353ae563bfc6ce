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

/** Statuses that are no verdict for either hook. */
const failing = [
  300, 301, 302, 303, 304, 307, 308, 401, 402, 404, 405, 406, 407, 408, 411, 415, 418, 419, 421,
  424, 425, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 599,
];

/** What nobody may take for a decision about a message. */
const nonsense: readonly Answer[] = [
  '{"id":',
  '<html><body>It works!</body></html>',
  '"yes"',
  [1, 2],
  { id: { of: 'an object' } },
  { text: 7 },
  { text: 'x'.repeat(20_000) },
  { created_at: 'soon' },
  { attachments: 'none' },
].map((body) => ({ body, keeps: false }));

const oddGood = [203, 205, 206, 207, 413].map((status): Answer => ({ status, keeps: false }));

const slow = (ms: number): Answer[] => [
  { headAfterMs: ms },
  { bodyAfterMs: ms, body: {} },
  { status: 500, headAfterMs: ms },
];

/** It has kept what it was told, and the caller does not hear of it. */
const lost: readonly Answer[] = [
  { status: 'reset', keeps: true },
  { status: 'never', keeps: true },
  { isCut: true },
  { status: 500, keeps: true },
];

const setback = (hook: HookCall['hook'], { random, slowMs }: Moods): Answer => {
  const choose = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const status = choose(failing);
  const retryAfter = { status, headers: { 'retry-after': '1', location: 'http://127.0.0.1:1/' } };
  const kinds = [[{ status }, retryAfter, { status: 'reset' } as const], slow(slowMs), lost];
  if (hook === 'send') kinds.push(nonsense, oddGood);
  return choose<Answer>(choose<readonly Answer[]>(kinds));
};

export const makeMoody = (backend: ScriptedBackend, moods: Moods): void => {
  backend.script({ hook: 'send', answer: decide });
  backend.script({
    answer: ({ hook }) => (moods.random() < moods.badShare ? setback(hook, moods) : undefined),
  });
};
