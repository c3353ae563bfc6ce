/** A scenario with a customer's backend: what makes the cluster call it, and what it must have in the end. */
import { setTimeout as delay } from 'node:timers/promises';
import { backendFaultKinds, reconcileBackend, type ScriptedBackend } from '@switchboard/testkit';
import type { HandOff, Stage } from './scenario.ts';

export const backendVariables = (
  handOff: HandOff | undefined,
  backend: ScriptedBackend | undefined,
): Record<string, string> => {
  if (handOff === undefined || backend === undefined) return {};
  const { SEND_HOOK_URL, EVENTS_HOOK_URL, HOOK_SECRETS } = backend.env;
  return {
    HOOK_SECRETS,
    ...(handOff.hooks.includes('send') && { SEND_HOOK_URL }),
    ...(handOff.hooks.includes('events') && { EVENTS_HOOK_URL }),
  };
};

/** The outbox goes on when the last message was answered; a chat that was parked waits for its turn. */
const patienceMs = 30_000;
const lookMs = 250;

/** Waits until nothing is missing any more, at most half a minute. */
export const backendProblems = async (
  { backend, ledger, figure }: Stage,
  handOff: HandOff | undefined,
): Promise<string[]> => {
  if (backend === undefined || handOff === undefined) return [];
  const startMs = performance.now();
  const look = () =>
    reconcileBackend({
      book: ledger.book,
      backend,
      isAsked: handOff.hooks.includes('send'),
      isTold: handOff.isTold,
    });
  let findings = look();
  while (findings.untold.length > 0 && performance.now() - startMs < patienceMs) {
    await delay(lookMs);
    findings = look();
  }
  figure('allToldAfterMs', performance.now() - startMs);
  noteCalls(backend, figure);
  for (const [code, times] of ledger.book.setbacks) figure(`again: ${code}`, times);
  const found = backendFaultKinds.filter((kind) => findings[kind].length > 0);
  return [
    ...found.map(
      (kind) => `${findings[kind].length} ${kind}: ${findings[kind].slice(0, 5).join(' ')}`,
    ),
    ...backend.problems.slice(0, 5),
  ];
};

const noteCalls = (backend: ScriptedBackend, figure: Stage['figure']): void => {
  for (const hook of ['send', 'events'] as const) {
    const calls = backend.calls.filter((call) => call.hook === hook);
    figure(`${hook} calls`, calls.length);
    figure(`${hook} calls with a known key`, calls.filter(({ repeats }) => repeats > 0).length);
    figure(
      `${hook} calls that failed`,
      calls.filter(({ status = 0 }) => status >= 500 || status === 0).length,
    );
  }
  figure('events told', backend.events.size);
  figure('events told again', backend.repeatedEvents());
};
