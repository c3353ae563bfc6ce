import { expect, test } from 'vitest';
import { createDrainQuestion, type DrainQuestion } from './drain-question.ts';

const shown = ({ isAsked, problem }: DrainQuestion) => [isAsked.value, problem.value];

test('shows why a drain was not taken, and no more when it is asked anew', async () => {
  const answers = ['The API answers 503.', ''];
  const question = createDrainQuestion(async () => answers.shift() ?? '');
  question.ask();
  await question.drain();
  expect(shown(question)).toEqual([true, 'The API answers 503.']);
  question.keep();
  question.ask();
  expect(shown(question)).toEqual([true, '']);
  await question.drain();
  expect(shown(question)).toEqual([false, '']);
});

test('an answer that comes when it was kept meanwhile is not shown', async () => {
  let answer = (_problem: string) => {};
  const question = createDrainQuestion(() => new Promise((resolve) => void (answer = resolve)));
  const draining = question.drain();
  question.keep();
  answer('The API answers 503.');
  await draining;
  expect(shown(question)).toEqual([false, '']);
});
