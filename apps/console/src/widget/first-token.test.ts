import { expect, test } from 'vitest';
import { firstToken } from './first-token.ts';

const tokenOf = (claims: object) =>
  ['x', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'x'].join('.');
const visitor = { sub: 'v', role: 'client', chat_id: 'c' };

/** Waits are over at once, but for the one for an answer where there is one. */
const patience = (answerIn: 'time' | 'vain' = 'time') => {
  const waits: number[] = [];
  const reports: string[] = [];
  return {
    waits,
    reports,
    random: () => 0.5,
    report: (error: unknown) => void reports.push((error as Error).message),
    wait: async (ms: number) => {
      if (ms === 30_000 && answerIn === 'time') return new Promise<void>(() => undefined);
      waits.push(ms);
    },
  };
};

test('asks again, later each time, until a visitor’s token is given', async () => {
  const answers = ['', tokenOf({ sub: 'o', role: 'operator' }), '<html>', tokenOf(visitor)];
  const patient = patience();
  const { claims, token } = await firstToken(async () => {
    const answer = answers.shift() ?? 'next';
    if (answer === '') throw new Error('503');
    return answer;
  }, patient);
  expect(claims).toEqual(visitor);
  expect(patient.waits).toEqual([500, 1_000, 2_000]);
  expect(patient.reports).toEqual(['503', ...Array(2).fill(expect.stringContaining('visitor'))]);
  if (typeof token === 'string') throw new Error('there is a provider');
  expect([await token('connect'), await token('expired')]).toEqual([tokenOf(visitor), 'next']);
});

test('does not wait for ever for an answer', async () => {
  let asked = 0;
  const patient = patience('vain');
  const { claims } = await firstToken(
    () => ((asked += 1) === 1 ? new Promise(() => undefined) : tokenOf(visitor)),
    {
      ...patient,
      wait: (ms) => (ms === 30_000 && asked > 1 ? new Promise(() => undefined) : patient.wait(ms)),
    },
  );
  expect([claims.chat_id, patient.waits]).toEqual(['c', [30_000, 500]]);
});

test('a plain token stays one, so that the chat ends with it', async () => {
  const plain = tokenOf(visitor);
  expect((await firstToken(plain, patience())).token).toBe(plain);
  await expect(firstToken('x', patience())).rejects.toThrow('visitor');
});
