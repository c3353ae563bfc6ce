import { defineScript } from '../redis/script.ts';

/** Adds one node's answer; the list ends by itself. KEYS answers. */
export const answerScript = defineScript<[answer: string, expiresInMs: number], number>(
  'controlAnswer',
  1,
  `
local answers = redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return answers
`,
);
