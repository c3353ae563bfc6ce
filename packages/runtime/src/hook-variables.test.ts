import { expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from './config.ts';
import {
  eventsHookVariables,
  hookIsSigned,
  hookSecretVariables,
  outboxVariables,
  sendHookVariables,
} from './hook-variables.ts';

const schema = z
  .object({
    ...hookSecretVariables,
    ...sendHookVariables,
    ...outboxVariables,
    ...eventsHookVariables,
  })
  .superRefine(hookIsSigned('SEND_HOOK_URL'))
  .superRefine(hookIsSigned('EVENTS_HOOK_URL'));

const secrets = 'a-secret-of-some-length,the-one-before-it';

const problems = (env: Record<string, string>) => {
  const result = loadConfig(schema, env);
  return result.ok ? [] : result.problems.map(({ line }) => line.replace('configuration: ', ''));
};

test('without any of them nothing is handed on, and no secret is asked for', () => {
  const result = loadConfig(schema, {});
  expect(result).toMatchObject({
    ok: true,
    config: {
      EVENTS_HOOK_KINDS: ['messages', 'receipts', 'users', 'operators'],
      SEND_HOOK_TIMEOUT_MS: 10_000,
    },
  });
  expect(result.ok && result.config.SEND_HOOK_URL).toBeUndefined();
});

test('takes several secrets and the kinds that are named, each once', () => {
  const result = loadConfig(schema, {
    EVENTS_HOOK_URL: 'https://u:p@chat.example.com/hooks?x=1',
    HOOK_SECRETS: secrets,
    EVENTS_HOOK_KINDS: 'updates, messages,updates',
  });
  expect(result).toMatchObject({
    ok: true,
    config: {
      HOOK_SECRETS: ['a-secret-of-some-length', 'the-one-before-it'],
      EVENTS_HOOK_KINDS: ['updates', 'messages'],
    },
  });
});

test.each([
  [
    { SEND_HOOK_URL: 'http://backend/send' },
    'HOOK_SECRETS (not set): is required with SEND_HOOK_URL: at least one secret of at least 16 characters',
  ],
  [
    { EVENTS_HOOK_URL: 'http://backend/events', HOOK_SECRETS: '' },
    'HOOK_SECRETS (not set): is required with EVENTS_HOOK_URL: at least one secret of at least 16 characters',
  ],
  [
    { HOOK_SECRETS: `${secrets},short` },
    'HOOK_SECRETS=[redacted]: must be a comma-separated list of secrets of at least 16 characters',
  ],
  [
    { HOOK_SECRETS: `${secrets},${secrets},${secrets}` },
    'HOOK_SECRETS=[redacted]: must be a comma-separated list of at most 4 secrets',
  ],
  [
    { SEND_HOOK_URL: 'backend:80', HOOK_SECRETS: secrets },
    'SEND_HOOK_URL="backend:80": must be a URL that starts with http:// or https://',
  ],
  [
    { EVENTS_HOOK_KINDS: 'messages,typing' },
    'EVENTS_HOOK_KINDS="messages,typing": must be a comma-separated list of messages, posted_messages, updates, receipts, users, operators',
  ],
  [
    { EVENTS_HOOK_KINDS: ' , ' },
    'EVENTS_HOOK_KINDS=" , ": must be a comma-separated list of messages, posted_messages, updates, receipts, users, operators',
  ],
  [
    { SEND_HOOK_TRY_TIMEOUT_MS: '99' },
    'SEND_HOOK_TRY_TIMEOUT_MS="99": must be a whole number from 100 to 60000',
  ],
])('says what is wrong with %j', (env, line) => {
  expect(problems(env)).toEqual([line]);
});

test('credentials in a URL are percent-encoded', () => {
  const own = (url: string) => problems({ SEND_HOOK_URL: url, HOOK_SECRETS: secrets });
  expect(own('https://user:50%25@backend.example/send')).toEqual([]);
  for (const url of ['https://user:50%@backend.example/send', 'https://%zz@backend.example/'])
    expect(own(url)).toEqual([expect.stringMatching(/^SEND_HOOK_URL=.*% is written as %25$/u)]);
});
