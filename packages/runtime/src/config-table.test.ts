import { expect, test } from 'vitest';
import { z } from 'zod';
import { renderConfigTable } from './config-table.ts';
import { durationMs, port, secret, url } from './variable.ts';

test('a table shows meaning, unit and default of every variable, and what is required', () => {
  const schema = z.object({
    PORT: port({ description: 'Public port', default: 7001 }),
    WAIT_MS: durationMs({ description: 'How long | at most', default: 500 }).optional(),
    AUTH_SECRET: secret({ description: 'Key of HS256 tokens' }).optional(),
    REDIS_URL: url({ description: 'Redis', protocols: ['redis:'] }),
    LEVEL: z.string().meta({ description: 'Own schema', default: 'info' }),
  });
  expect(renderConfigTable(schema)).toBe(
    [
      '| variable | meaning | unit | default |',
      '|---|---|---|---|',
      '| `PORT` | Public port |  | `7001` |',
      '| `WAIT_MS` | How long \\| at most | ms | `500` |',
      '| `AUTH_SECRET` | Key of HS256 tokens |  | (none) |',
      '| `REDIS_URL` | Redis |  | required |',
      '| `LEVEL` | Own schema |  | `info` |',
      '',
    ].join('\n'),
  );
});
