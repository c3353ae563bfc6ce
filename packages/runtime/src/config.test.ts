import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from './config.ts';
import { durationMs, flag, list, port, secret, secretList, text, url, choice } from './variable.ts';

const schema = z.object({
  PORT: port({ description: 'Public port', default: 7001 }),
  REDIS_URL: url({ description: 'Redis', protocols: ['redis:', 'rediss:'] }),
  SHUTDOWN_TIMEOUT_MS: durationMs({ description: 'Bound', default: 20_000, min: 100, max: 60_000 }),
  TRUST_PROXY: flag({ description: 'Proxy', default: false }),
  ALLOWED_ORIGINS: list({ description: 'Origins' }).optional(),
  CLOSED_CHATS: choice(['accept', 'refuse'], { description: 'Closed', default: 'accept' }),
  NODE_ID: text({
    description: 'Node',
    pattern: /^[\w-]{1,64}$/,
    rule: 'must be 1 to 64 of a-z, 0-9, - and _',
  }).optional(),
  AUTH_SECRET: secret({ description: 'Secret', minLength: 16 }).optional(),
  API_TOKENS: secretList({ description: 'Tokens', minLength: 8 }).optional(),
});

const lines = (env: Record<string, string>) => {
  const result = loadConfig(schema, { REDIS_URL: 'redis://127.0.0.1:6379', ...env });
  return result.ok ? [] : result.problems.map(({ line }) => line);
};

describe('loadConfig', () => {
  test('gives typed values and defaults', () => {
    const env = {
      REDIS_URL: 'rediss://cache:6380',
      PORT: '0',
      TRUST_PROXY: 'yes',
      ALLOWED_ORIGINS: 'https://a, https://b,',
    };
    expect(loadConfig(schema, env)).toEqual({
      ok: true,
      config: {
        PORT: 0,
        REDIS_URL: 'rediss://cache:6380',
        SHUTDOWN_TIMEOUT_MS: 20_000,
        TRUST_PROXY: true,
        ALLOWED_ORIGINS: ['https://a', 'https://b'],
        CLOSED_CHATS: 'accept',
      },
    });
  });

  test('takes an empty variable for one that is not set', () => {
    const result = loadConfig(schema, { REDIS_URL: 'redis://h', PORT: '', AUTH_SECRET: '' });
    expect(result).toMatchObject({ ok: true, config: { PORT: 7001 } });
  });

  test.each([
    [{ PORT: '65536' }, 'configuration: PORT="65536": must be a whole number from 0 to 65535'],
    [{ PORT: '70o1' }, 'configuration: PORT="70o1": must be a whole number from 0 to 65535'],
    [
      { SHUTDOWN_TIMEOUT_MS: '5' },
      'configuration: SHUTDOWN_TIMEOUT_MS="5": must be a whole number from 100 to 60000',
    ],
    [{ TRUST_PROXY: 'maybe' }, 'configuration: TRUST_PROXY="maybe": must be true or false'],
    [{ CLOSED_CHATS: 'no' }, 'configuration: CLOSED_CHATS="no": must be one of accept, refuse'],
    [
      { REDIS_URL: 'cache:6379' },
      'configuration: REDIS_URL="cache:6379": must be a URL that starts with redis:// or rediss://',
    ],
    [{ REDIS_URL: '' }, 'configuration: REDIS_URL (not set): is required'],
    [{ NODE_ID: 'a b' }, 'configuration: NODE_ID="a b": must be 1 to 64 of a-z, 0-9, - and _'],
    [
      { AUTH_SECRET: 'hunter2' },
      'configuration: AUTH_SECRET=[redacted]: must have at least 16 characters',
    ],
    [
      { API_TOKENS: 'a,b' },
      'configuration: API_TOKENS=[redacted]: must be a comma-separated list of secrets of at least 8 characters',
    ],
    [
      { REDIS_URL: 'http://u:hunter2@h' },
      'configuration: REDIS_URL="http://u:[redacted]@h": must be a URL that starts with redis:// or rediss://',
    ],
  ])('says what is wrong with %j in one line', (env, line) => {
    expect(lines(env)).toEqual([line]);
  });

  test('reports every wrong variable at once', () => {
    expect(lines({ PORT: 'x', TRUST_PROXY: 'x', AUTH_SECRET: 'x' })).toHaveLength(3);
  });

  test('names the variable that a rule over several variables points to', () => {
    const strict = schema.refine((config) => config.AUTH_SECRET !== undefined, {
      path: ['AUTH_SECRET'],
      message: 'set AUTH_SECRET or AUTH_KEYS',
    });
    const result = loadConfig(strict, { REDIS_URL: 'redis://h' });
    expect(result).toMatchObject({
      problems: [{ line: 'configuration: AUTH_SECRET (not set): set AUTH_SECRET or AUTH_KEYS' }],
    });
  });
});

describe('loadConfigOrExit', () => {
  test('writes one line per problem to stderr and exits with 78', () => {
    const script = `
      import { z } from 'zod';
      import { loadConfigOrExit, port, secret } from '@switchboard/runtime';
      loadConfigOrExit(z.object({ PORT: port({ description: '' }), KEY: secret({ description: '', minLength: 9 }) }));`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--conditions=source', '--input-type=module', '--eval', script],
      {
        cwd: import.meta.dirname,
        env: { ...process.env, PORT: 'x', KEY: 'hunter2' },
        encoding: 'utf8',
      },
    );
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
    expect(stderr).toBe(
      'configuration: PORT="x": must be a whole number from 0 to 65535\n' +
        'configuration: KEY=[redacted]: must have at least 9 characters\n',
    );
  });
});
