/** `npm run test:docker`: only with a Docker engine, so no part of `npm test`. */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const conditions = ['source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  root: join(import.meta.dirname, '../../../..'),
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/e2e/src/containers/*.test.ts'],
    // A start may pull images.
    hookTimeout: 600_000,
    testTimeout: 180_000,
    // One site at a time.
    fileParallelism: false,
  },
});
