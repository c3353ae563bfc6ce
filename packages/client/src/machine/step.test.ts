/** SPEC.md's table, cell by cell: what each input does in each phase. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Failure } from '../client-error.ts';
import { step } from './step.ts';
import { initialState, type Effect, type Input, type Phase, type State } from './state.ts';

const phases = ['authorizing', 'opening', 'catchingUp', 'live', 'waiting', 'closed'] as const;

const request = (id: string) => ({
  id,
  lane: 'messages' as const,
  text: id,
  bytes: 10,
  clientMessageId: `c${id}`,
});
const later: Failure = { code: 'rate_limited', message: '', retryable: true, retryAfterMs: 300 };
const refusal: Failure = { code: 'forbidden', message: '', retryable: false };
const hello = {
  type: 'connected',
  frameMaxBytes: 65_536,
  pingAfterMs: 30_000,
  pongTimeoutMs: 10_000,
} as const;
const closed = (code: number, wasOpen = true): Input => ({ type: 'socketClosed', code, wasOpen });

/** By the first column of the table. What the state has besides its phase. */
const rows: Readonly<Record<string, readonly [Input, Partial<State>?]>> = {
  start: [{ type: 'start' }],
  token: [{ type: 'token' }],
  'token, the server asked for a pause': [{ type: 'token' }, { pauseMs: 700 }],
  'token, asked for on this connection': [{ type: 'token' }, { isRenewing: true }],
  tokenFailed: [{ type: 'tokenFailed' }],
  'connected, fresh': [{ ...hello, resumed: undefined }],
  'connected, fresh, history wanted': [{ ...hello, resumed: undefined }, { wantsHistory: true }],
  'connected, fresh, after 4003': [{ ...hello, resumed: undefined }, { isLost: true }],
  'connected, resumed': [{ ...hello, resumed: true }],
  'connected, not resumed': [{ ...hello, resumed: false }],
  caughtUp: [{ type: 'caughtUp' }],
  'any frame': [{ type: 'heard' }],
  tokenExpiring: [{ type: 'tokenExpiring' }],
  'tokenExpiring, plain token': [{ type: 'tokenExpiring' }, { canRenew: false }],
  disconnecting: [{ type: 'disconnecting', retryAfterMs: 700 }],
  'closed, any other code': [closed(1006)],
  'closed before it was open': [closed(1006, false)],
  'closed 4003': [closed(4003)],
  'closed 4004': [closed(4004)],
  'closed 4004, plain token': [closed(4004), { canRenew: false }],
  'closed 4429': [closed(4429)],
  'closed 4500 to 4999': [closed(4501)],
  'timer retry': [{ type: 'timer', name: 'retry' }],
  'timer retry, token wanted': [{ type: 'timer', name: 'retry' }, { needsToken: 'expired' }],
  'timer connect': [{ type: 'timer', name: 'connect' }],
  'timer silence': [{ type: 'timer', name: 'silence' }],
  'timer pong': [{ type: 'timer', name: 'pong' }],
  'timer answer': [{ type: 'timer', name: 'answer' }],
  'timer stable': [{ type: 'timer', name: 'stable' }, { attempt: 3 }],
  wake: [{ type: 'wake' }],
  'wake, the server asked for a pause': [{ type: 'wake' }, { pauseMs: 700 }],
  request: [{ type: 'request', request: request('b') }],
  answer: [{ type: 'answer', answer: { requestId: 'a', value: 'v' } }],
  'answer: not now': [{ type: 'answer', answer: { requestId: 'a', failure: later } }],
  'answer: no': [{ type: 'answer', answer: { requestId: 'a', failure: refusal } }],
  abandon: [{ type: 'abandon', id: 'a' }],
  close: [{ type: 'close' }],
};

/** One message is on its way where there is a connection, and waits where there is none. */
const stateIn = (phase: Phase, more: Partial<State> = {}): State => {
  const fresh = initialState({ canRenew: true, wantsHistory: false, queueMax: 10 });
  const entry = { ...request('a'), isSent: phase === 'live', refusals: 0 };
  const requests = phase === 'closed' ? [] : [entry];
  return { ...fresh, needsToken: undefined, phase, ...more, outbox: { ...fresh.outbox, requests } };
};

const connectionTimers = ['connect', 'silence', 'pong', 'stable', 'answer'];

/** As the table has it: names of effects; timers that end with their connection are left out. */
const written = (effects: readonly Effect[]): string => {
  const cleared = new Set<string>(
    effects.flatMap((effect) => (effect.type === 'clearTimer' ? [effect.name] : [])),
  );
  const endsConnection = connectionTimers.every((name) => cleared.has(name));
  return effects
    .flatMap((effect) => {
      if (effect.type === 'setTimer') return [`+${effect.name}`];
      if (effect.type !== 'clearTimer') return [effect.type];
      return endsConnection ? [] : [`−${effect.name}`];
    })
    .join(' ');
};

const cellOf = (row: string, phase: Phase): string => {
  const [input, more] = rows[row]!;
  const before = stateIn(phase, more);
  const [after, effects] = step(before, input);
  const went = after.phase === phase ? '' : `**${after.phase}**`;
  const did = written(effects);
  const cell = [went, did].filter((part) => part !== '').join(' ');
  if (cell !== '') return cell;
  return after === before || JSON.stringify(after) === JSON.stringify(before) ? '' : 'noted';
};

const specUrl = new URL('../../SPEC.md', import.meta.url);

const tableOf = (spec: string): string[][] => {
  const table = /<!-- table:step -->\n([\s\S]*?)<!-- \/table -->/u.exec(spec)?.[1] ?? '';
  const lines = table.trim().split('\n');
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
};

describe('the table of SPEC.md', () => {
  const [head, , ...lines] = tableOf(readFileSync(specUrl, 'utf8'));

  test('has every input and every phase', () => {
    expect(head).toEqual(['', ...phases]);
    expect(lines.map(([row]) => row)).toEqual(Object.keys(rows));
  });

  test.each(lines.map((line) => [line[0]!, line.slice(1)] as const))('%s', (row, cells) => {
    expect(phases.map((phase) => cellOf(row, phase))).toEqual(cells);
  });
});

/** When the next attempt comes, of a connection that ends now: from … to, ms. */
const retryOf = (state: State, input: Input): readonly [number, number] => {
  const [, effects] = step(state, input);
  const retry = effects.find((effect) => effect.type === 'setTimer' && effect.name === 'retry');
  if (retry?.type !== 'setTimer') throw new Error('there is no next attempt');
  return [retry.minMs, retry.minMs + retry.jitterMs];
};

describe('the next attempt', () => {
  test('comes after a random part of twice as long each time, up to 30 s', () => {
    const spans = Array.from({ length: 8 }, (_, attempt) =>
      retryOf(stateIn('live', { attempt }), closed(1006)),
    );
    const tops = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];
    expect(spans).toEqual(tops.map((top) => [0, top]));
  });

  test('comes soon when a token has come that it waited for', () => {
    expect(retryOf(stateIn('waiting', { attempt: 9 }), { type: 'token' })).toEqual([0, 1_000]);
  });

  test('counts every attempt that was not stable', () => {
    const [waiting] = step(stateIn('live'), closed(1006));
    const [opening] = step(waiting, { type: 'timer', name: 'retry' });
    expect(retryOf(opening, closed(1006, false))).toEqual([0, 2_000]);
  });

  test('does not come before the server wants it', () => {
    const [told] = step(stateIn('live'), { type: 'disconnecting', retryAfterMs: 700 });
    expect(retryOf(told, closed(4001))).toEqual([700, 1_700]);
    expect(retryOf(stateIn('live'), closed(4429))).toEqual([5_000, 6_000]);
    expect(retryOf(stateIn('live', { pauseMs: 9_000 }), closed(4429))).toEqual([9_000, 10_000]);
  });

  test('asks for another token after every third refusal without a reason, and with a provider only', () => {
    const after = (refusals: number, canRenew: boolean) =>
      step(stateIn('opening', { refusals, canRenew }), closed(1006, false))[0].needsToken;
    expect([0, 1, 2, 3, 4, 5].map((refusals) => after(refusals, true))).toEqual([
      undefined,
      undefined,
      'expired',
      undefined,
      undefined,
      'expired',
    ]);
    expect(after(2, false)).toBeUndefined();
  });
});

describe('requests', () => {
  const sendsOf = (effects: readonly Effect[]) =>
    effects.flatMap((effect) => (effect.type === 'send' ? [effect.text] : []));

  test('go one message at a time, and up to 16 receipts', () => {
    const roomy = stateIn('live');
    let state: State = { ...roomy, outbox: { ...roomy.outbox, queueMax: 100 } };
    const sent: string[] = [];
    for (let at = 0; at < 20; at += 1) {
      const receipt = { id: `r${at}`, lane: 'receipts', text: `r${at}`, bytes: 1 } as const;
      for (const one of [request(`m${at}`), receipt]) {
        const [next, effects] = step(state, { type: 'request', request: one });
        state = next;
        sent.push(...sendsOf(effects));
      }
    }
    expect(sent).toEqual(Array.from({ length: 16 }, (_, at) => `r${at}`));
  });

  test('that are messages are waited for no longer because of receipts, and receipts for their own time', () => {
    let state = stateIn('live');
    const timed: string[] = [];
    const tell = (input: Input) => {
      const [next, effects] = step(state, input);
      state = next;
      timed.push(written(effects));
    };
    tell({ type: 'request', request: { ...request('r'), lane: 'receipts' } });
    tell({ type: 'request', request: { ...request('s'), lane: 'receipts' } });
    tell({ type: 'answer', answer: { requestId: 'r' } });
    tell({ type: 'answer', answer: { requestId: 'a' } });
    tell({ type: 'answer', answer: { requestId: 's' } });
    expect(timed).toEqual(['send', 'send', 'settle', 'settle +answer', 'settle −answer']);
  });

  test('that are put off hold those behind them, five times, and then are given back', () => {
    let [state] = step(stateIn('live'), { type: 'request', request: request('b') });
    const outcomes: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const [refused, effects] = step(state, {
        type: 'answer',
        answer: { requestId: 'a', failure: later },
      });
      outcomes.push(written(effects));
      [state] = step(refused, { type: 'timer', name: 'messages' });
    }
    expect(outcomes.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => '+messages −answer'));
    expect(outcomes[4]).toBe('fail send +answer');
  });

  test('larger than the server takes are refused here, also when the limit becomes known later', () => {
    const large = { ...request('b'), bytes: 70_000 };
    expect(written(step(stateIn('live'), { type: 'request', request: large })[1])).toBe('fail');
    const [, effects] = step(stateIn('opening'), {
      ...hello,
      resumed: undefined,
      frameMaxBytes: 5,
    });
    expect(sendsOf(effects)).toEqual([]);
    expect(effects).toContainEqual(
      expect.objectContaining({
        type: 'fail',
        failure: expect.objectContaining({ code: 'frame_too_large' }),
      }),
    );
  });

  test('beyond what may wait are refused', () => {
    const full = stateIn('waiting');
    const state = { ...full, outbox: { ...full.outbox, queueMax: 1 } };
    const [, effects] = step(state, { type: 'request', request: request('b') });
    expect(effects).toMatchObject([
      { type: 'fail', failure: { code: 'queue_full', retryable: true } },
    ]);
  });

  test('are answered by their own event when the answer was lost', () => {
    const [, effects] = step(stateIn('catchingUp'), {
      type: 'answer',
      answer: { clientMessageId: 'ca', value: 'v' },
    });
    expect(effects[0]).toEqual({ type: 'settle', id: 'a', value: 'v' });
  });
});
