import { loadConfig } from '@switchboard/runtime';
import { describe, expect, test } from 'vitest';
import { ingressConfig } from './config.ts';

const load = (env: Readonly<Record<string, string>>) => loadConfig(ingressConfig, env);

describe('the configuration', () => {
  test('needs nothing but tokens', () => {
    expect(load({ API_TOKENS: 'a:long-enough, bare-token' })).toMatchObject({
      ok: true,
      config: { API_TOKENS: ['a:long-enough', 'bare-token'], PORT: 7000, APPEND_TIMEOUT_MS: 3000 },
    });
  });

  test.each([
    'redis://127.0.0.1:6379',
    'rediss+sentinel://user:secret@a:26379,b:26379/main',
    'redis+cluster://a:7000,b:7001',
  ])('takes %s as the place of Redis', (url) => {
    const result = load({ API_TOKENS: 'long-enough', REDIS_URL: url });
    expect(result).toMatchObject({ ok: true, config: { REDIS_URL: url } });
  });

  test('calls no backend without secrets that sign the calls', () => {
    const env = { API_TOKENS: 'long-enough', EVENTS_HOOK_URL: 'https://example.com/events' };
    expect(load(env)).toMatchObject({ ok: false, problems: [{ variable: 'HOOK_SECRETS' }] });
    expect(load({ ...env, HOOK_SECRETS: 'a-secret-of-16-ch' })).toMatchObject({ ok: true });
  });

  test.each([
    ['EVENTS_HOOK_KINDS', 'messages,gossip'],
    ['API_TOKENS', 'name-is-long:short'],
    ['API_TOKENS', 'long-enough,x'],
    ['API_TOKENS', ','],
    ['BASE_PATH', 'support'],
    ['BASE_PATH', '/support/'],
    ['BASE_PATH', '/a/:id'],
    ['KEY_PREFIX', 'a{b}'],
    ['REDIS_URL', 'http://x'],
    ['REDIS_URL', 'redis://a:1,b:2'],
    ['REDIS_URL', 'redis+sentinel://a:1,b:2'],
    ['APPEND_TIMEOUT_MS', '0'],
    ['CHAT_UPDATES_TO_CLIENTS', 'perhaps'],
  ])('refuses %s=%s and names it', (variable, value) => {
    const result = load({ API_TOKENS: 'long-enough', [variable]: value });
    expect(result).toMatchObject({ ok: false, problems: [{ variable }] });
    if (result.ok || variable !== 'API_TOKENS') return;
    expect(result.problems[0]?.line).not.toContain(value);
  });
});
