/**
 * One run for all tests. `source` is the export condition under which our packages resolve to their
 * TypeScript, so nothing has to be built before a test.
 */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './packages/testkit/src/vitest-longest-first.ts';

const conditions = ['source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    globalSetup: ['packages/testkit/src/vitest-global-setup.ts'],
    // Most of them wait for processes half of their time.
    maxWorkers: Math.min(8, availableParallelism() * 2),
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'packages',
          include: ['{apps,packages,infra,examples}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', 'packages/e2e/**'],
          testTimeout: 15_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['packages/e2e/**/*.test.ts'],
          // These need a Docker engine and have a configuration of their own.
          exclude: ['**/node_modules/**', '**/dist/**', 'packages/e2e/src/containers/**'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Each file runs real processes, and mostly waits: more than three at once measures the machine.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
