import { describe, expect, test } from 'vitest';
import { createApiTokens } from './api-tokens.ts';

describe('createApiTokens', () => {
  test('names the service of a token, also after a rotation', () => {
    const tokens = createApiTokens(['billing:old-token', 'billing:new-token', 'crm:a:b']);
    expect(tokens.nameOf('old-token')).toBe('billing');
    expect(tokens.nameOf('new-token')).toBe('billing');
    expect(tokens.nameOf('a:b')).toBe('crm');
  });

  test('gives a bare token the same name wherever it stands', () => {
    const name = createApiTokens(['bare-token']).nameOf('bare-token');
    expect(name).toMatch(/^[0-9a-f]{12}$/u);
    expect(createApiTokens(['x:other', 'bare-token']).nameOf('bare-token')).toBe(name);
  });

  test.each([undefined, '', 'nobody', 'billing:old-token', 'old-toke', 'old-token '])(
    'knows nobody by %j',
    (token) => {
      expect(createApiTokens(['billing:old-token']).nameOf(token)).toBeUndefined();
    },
  );
});
