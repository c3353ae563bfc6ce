import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { createAsyncApiDocument } from './document.ts';
import { answers, bodies, frameMessages } from './messages.ts';
import { problem } from '../http/answers.ts';
import { answerExamples } from './http-examples.ts';

const document = createAsyncApiDocument();

function validated(input: string): { status: number | null; wrong: unknown } {
  const command = fileURLToPath(new URL('validate.ts', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [command], { input, encoding: 'utf8' });
  return { status, wrong: JSON.parse(stdout) };
}

describe('the AsyncAPI document', () => {
  it('has no error and no warning in the eyes of the official parser', { timeout: 60_000 }, () => {
    expect(validated(JSON.stringify(document))).toEqual({ status: 0, wrong: [] });
  });

  it('would be refused if an operation pointed to nothing', { timeout: 60_000 }, () => {
    const operations = { none: { action: 'send', channel: { $ref: '#/channels/none' } } };
    const small = {
      asyncapi: '3.0.0',
      info: { title: 'x', version: '1' },
      channels: {},
      operations,
    };
    expect(validated(JSON.stringify(small)).status).toBe(1);
  });
});

describe('its examples', () => {
  const all = [...Object.entries(frameMessages), ...Object.entries(bodies)].flatMap(
    ([id, { schema, examples, direction }]) =>
      examples.map(({ name, payload }) => ({ id, name, schema, payload, direction })),
  );

  it('are there for every message', () => {
    for (const { examples } of [...Object.values(frameMessages), ...Object.values(bodies)]) {
      expect(examples.length).toBeGreaterThan(0);
    }
  });

  it.each(all)('$id: $name is as its schema says', ({ schema, payload, direction }) => {
    const parsed = schema.safeParse(payload);
    expect(parsed.error).toBeUndefined();
    // What is sent is already normal: nothing of it is dropped or rewritten.
    expect(direction === 'input' || parsed.data).toEqual(direction === 'input' || payload);
  });

  it.each(Object.entries(answers))(
    'the answer of %s is as its schema says',
    (_id, { schema, example }) => {
      expect((schema as z.ZodType).parse(example)).toEqual(example);
    },
  );

  it('a problem is as its schema says', () => {
    expect(problem.parse(answerExamples.problem)).toEqual(answerExamples.problem);
  });
});
